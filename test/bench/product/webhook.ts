import { createSecretKey, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDevelopmentAuthority } from '@weir/local';
import { waitFor } from '@weir/testkit';
import { startAlertingStack } from '../../../services/alerting/src/fixtures/alerting-stack.ts';
import { heldNotice, heldTransaction, testRuleset } from '../../../services/alerting/src/fixtures/notices.ts';
import { startWebhookReceiver } from '../../../services/alerting/src/fixtures/webhook-receiver.ts';
import { createWebhookChannel } from '../../../services/alerting/src/webhook/webhook-channel.ts';
import { percentilesOf } from '../latency.ts';

type Say = (sentence: string) => void;
type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const paced = { perSecond: 20, count: 400 };
const direct = { warmUp: 200, count: 2_000 };

/**
 * How fast an alert reaches a receiver over TLS on loopback: from a held record's
 * appending until the receiver has its webhook, with its mail sent before; and
 * without Kafka, from rendering until the 2xx, one after the other.
 */
export const run = async (say: Say): Promise<Record<string, number>> => {
  const receiver = await startReceiver();
  try {
    const rendered = await measureRendered(receiver);
    say(`${direct.count} deliveries one after the other, from rendering to 2xx`);
    const held = await measureHeld(receiver);
    say(`${paced.count} held transactions, ${paced.perSecond} a second, from appending to the receiver`);
    return { ...rendered, ...held };
  } finally {
    await receiver.stop();
  }
};

async function startReceiver() {
  const authority = await createDevelopmentAuthority();
  const { certPem, keyPem } = await authority.issue({ name: 'receiver', use: 'server' });
  const receiver = await startWebhookReceiver({ tls: { cert: certPem, key: keyPem } });
  const secret = randomBytes(32);
  return { ...receiver, secret, caPem: authority.caPem, url: `https://127.0.0.1:${receiver.port}/` };
}

async function measureRendered({ url, secret, caPem }: Receiver): Promise<Record<string, number>> {
  const secrets = [createSecretKey(secret)];
  const channel = createWebhookChannel({
    url,
    secrets: () => secrets,
    timeoutMs: 5_000,
    allow: ['127.0.0.1'],
    ca: caPem,
    environment: 'bench',
    rulesetOf: () => testRuleset,
    now: Date.now,
  });
  const latenciesMs: number[] = [];
  for (let index = 0; index < direct.warmUp + direct.count; index += 1) {
    const notice = heldNotice(heldTransaction({ transaction: { transactionId: `tx-${index}` } }));
    const startedAtMs = performance.now();
    for (const delivery of channel.deliveriesOf(notice)) {
      const { kind } = await delivery.send();
      if (kind !== 'accepted') throw new Error(`a delivery was ${kind}`);
    }
    if (index >= direct.warmUp) latenciesMs.push(performance.now() - startedAtMs);
  }
  channel.close();
  const { p50, p99 } = percentilesOf(latenciesMs);
  return { renderToAcceptedP50Ms: p50, renderToAcceptedP99Ms: p99 };
}

async function measureHeld(receiver: Receiver): Promise<Record<string, number>> {
  const arrivedAtMs = new Map<string, number>();
  receiver.answer((response, { body }) => {
    const { transactionIds } = JSON.parse(body) as { transactionIds?: readonly string[] };
    const id = transactionIds?.[0] ?? '';
    if (!arrivedAtMs.has(id)) arrivedAtMs.set(id, performance.now());
    response.writeHead(204).end();
  });
  const stack = await startAlertingStack();
  const inbox = await stack.openInbox();
  const worker = await stack.startWorker(environmentFor(receiver, stack.folder));
  try {
    const append = async (name: string, partition: number): Promise<void> => {
      const transaction = { transactionId: name };
      const identity = `t1_${name.replace(/\D/g, '').padStart(22, '0')}`;
      const held = heldTransaction({ sourcePartition: partition, transaction });
      await stack.appendHeld(partition, [{ held, identity }]);
    };
    // Both partitions have their producers once the first of each has arrived.
    for (const partition of [0, 1]) await append(`warm-${9_000_000 + partition}`, partition);
    await waitFor(() => arrivedAtMs.size === 2, { deadlineMs: 30_000, what: 'the first webhooks' });
    const dueAtMs = new Map<string, number>();
    const beginAtMs = performance.now();
    const appended: Promise<void>[] = [];
    for (let index = 0; index < paced.count; index += 1) {
      const dueMs = beginAtMs + (index * 1_000) / paced.perSecond;
      await sleep(Math.max(0, dueMs - performance.now()));
      dueAtMs.set(`held-${index}`, performance.now());
      appended.push(append(`held-${index}`, index % 2));
    }
    await Promise.all(appended);
    await waitFor(() => arrivedAtMs.size === paced.count + 2, { deadlineMs: 30_000, what: 'every webhook' });
    const latencies = [...dueAtMs].map(([id, atMs]) => (arrivedAtMs.get(id) ?? Number.NaN) - atMs);
    const { p50, p99 } = percentilesOf(latencies);
    return { heldToReceiverP50Ms: p50, heldToReceiverP99Ms: p99 };
  } finally {
    await worker.stop();
    await inbox.stop();
    await stack.stop();
  }
}

function environmentFor({ url, secret, caPem }: Receiver, folder: string): Readonly<Record<string, string>> {
  const [secretsFile, caFile] = [join(folder, 'webhook.secrets'), join(folder, 'webhook-ca.pem')];
  writeFileSync(secretsFile, `whsec_${secret.toString('base64')}\n`, { mode: 0o600 });
  writeFileSync(caFile, caPem);
  return {
    WEBHOOK_URL: url,
    WEBHOOK_SECRETS_FILE: secretsFile,
    WEBHOOK_CA_FILE: caFile,
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    WEBHOOK_TIMEOUT_MS: '2000',
  };
}
