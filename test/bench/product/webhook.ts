import { createSecretKey, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { unusualAlertId } from '@weir/alerts';
import { createDevelopmentAuthority } from '@weir/local';
import { waitFor } from '@weir/testkit';
import { createWebhookChannel } from '../../../services/alerting/src/channels/webhook/webhook-channel.ts';
import { startAlertingStack } from '../../../services/alerting/src/fixtures/alerting-stack.ts';
import { sampleNotifications } from '../../../services/alerting/src/fixtures/sample-notifications.ts';
import { heldTransaction, testRuleset } from '../../../services/alerting/src/fixtures/sample-transactions.ts';
import { startWebhookReceiver } from '../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import { percentilesOf } from '../latency.ts';
import { pseudonymFor } from '../population.ts';

type Say = (sentence: string) => void;
type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const paced = { perSecond: 20, count: 400 };
const direct = { warmUp: 200, count: 2_000 };

/**
 * How fast an alert that waits for nothing reaches a receiver over TLS on loopback: from a held record's
 * appending until the receiver has its webhook; and without Kafka and store, from rendering until the 2xx,
 * one after the other.
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
    ...{ receiverId: 'bench', url, timeoutMs: 5_000, allow: ['127.0.0.1'], ca: caPem, now: Date.now },
    secrets: () => secrets,
    rulesetOf: () => testRuleset,
  });
  const latenciesMs: number[] = [];
  for (let index = 0; index < direct.warmUp + direct.count; index += 1) {
    const startedAtMs = performance.now();
    const { kind } = await channel.send({
      deliveryKey: `bench-${index}`,
      target: '-',
      notification: sampleNotifications.first,
    });
    if (kind !== 'accepted') throw new Error(`a delivery was ${kind}`);
    if (index >= direct.warmUp) latenciesMs.push(performance.now() - startedAtMs);
  }
  channel.close();
  const { p50, p99 } = percentilesOf(latenciesMs);
  return { renderToAcceptedP50Ms: p50, renderToAcceptedP99Ms: p99 };
}

/** Each held transaction is of an account of its own, and so the first of an alert. */
const accountOf = (number: number): string => pseudonymFor('a', `webhook ${number}`);
const identityOf = (number: number): string => pseudonymFor('t', `webhook ${number}`);

async function measureHeld(receiver: Receiver): Promise<Record<string, number>> {
  const arrivedAtMs = new Map<string, number>();
  receiver.answer((response, { body }) => {
    const { alerts } = JSON.parse(body) as { alerts: readonly { readonly alertId: string }[] };
    for (const { alertId } of alerts)
      if (!arrivedAtMs.has(alertId)) arrivedAtMs.set(alertId, performance.now());
    response.writeHead(204).end();
  });
  const stack = await startAlertingStack();
  const worker = await stack.startWorker({ ROUTES_FILE: routesFor(receiver, stack.folder), MAIL_TO: '' });
  try {
    /** Answers the id of the alert that it begins. */
    const append = async (number: number): Promise<string> => {
      const held = heldTransaction({
        sourcePartition: number % 2,
        transaction: { transactionId: `held-${number}` },
      });
      const [account, identity] = [accountOf(number), identityOf(number)];
      await stack.appendHeld(number % 2, [{ held, identity, account }]);
      return unusualAlertId({ tenant: held.transaction.tenant, account, identity });
    };
    // Both partitions are taken over once the first of each has arrived.
    for (const number of [0, 1]) await append(number);
    await waitFor(() => arrivedAtMs.size === 2, { deadlineMs: 30_000, what: 'the first webhooks' });
    const beginAtMs = performance.now();
    const appended: Promise<readonly [alertId: string, dueAtMs: number]>[] = [];
    for (let index = 0; index < paced.count; index += 1) {
      const dueMs = beginAtMs + (index * 1_000) / paced.perSecond;
      await sleep(Math.max(0, dueMs - performance.now()));
      const dueAtMs = performance.now();
      appended.push(append(index + 2).then((alertId) => [alertId, dueAtMs]));
    }
    const due = await Promise.all(appended);
    await waitFor(() => arrivedAtMs.size === paced.count + 2, { deadlineMs: 30_000, what: 'every webhook' });
    const latencies = due.map(([alertId, atMs]) => (arrivedAtMs.get(alertId) ?? Number.NaN) - atMs);
    const { p50, p99 } = percentilesOf(latencies);
    return { heldToReceiverP50Ms: p50, heldToReceiverP99Ms: p99 };
  } finally {
    await worker.stop();
    await stack.stop();
  }
}

/** A document that tells each alert at once, and holds none back. Answers where it stands. */
function routesFor({ url, secret, caPem }: Receiver, folder: string): string {
  const [secretsFile, caFile, routes] = ['webhook.secrets', 'webhook-ca.pem', 'routes.json'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(secretsFile, `whsec_${secret.toString('base64')}\n`, { mode: 0o600 });
  writeFileSync(caFile, caPem);
  const rateLimit = { most: 1_000, perMinutes: 1 };
  const where = { url, secretsFile, caFile, allowPrivate: ['127.0.0.1'], timeoutSeconds: 2 };
  writeFileSync(
    routes,
    JSON.stringify({
      receivers: [{ id: 'bench', channel: 'webhook', ...where, rateLimit }],
      routes: [{ id: 'all', to: ['bench'], groupBy: 'alert', waitSeconds: 0 }],
    }),
  );
  return routes;
}
