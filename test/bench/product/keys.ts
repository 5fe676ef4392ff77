import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@weir/testkit';
import { weirIn } from '../../e2e/weir-command.ts';
import type { WeirCommand } from '../../e2e/weir-command.ts';
import { percentilesOf } from '../latency.ts';

const warmUpMs = 3_000;
const quietMs = 10_000;
const everyMs = 50;
const recordsPerRequest = 10;
/** What a roll-over delays is answered by then. */
const settleMs = 1_000;
const settleDeadlineMs = 30_000;

type Answer = { readonly sentMs: number; readonly tookMs: number; readonly accepted: number };
type Ledgers = { readonly balanced: boolean; readonly total: Readonly<Record<string, number>> };

/** How long the door's answers take while nothing changes, and while keys are rotated under the same load. */
export const run = async (say: (sentence: string) => void): Promise<Record<string, number>> => {
  say('Starting a whole stack');
  const weir = weirIn({ LOG_LEVEL: 'warn' });
  await must(weir, 'up');
  const feeding = new AbortController();
  try {
    const { addresses } = (await weir.json('status', '--json')) as { addresses: Record<string, string> };
    const token = (await must(weir, 'tokens', 'add', 'bench')).trim().split('\n').at(-1) ?? '';
    const answers: Answer[] = [];
    const fed = feed(offeringTo(weir, addresses['DOOR_URL'] ?? '', token), answers, feeding.signal);
    await sleep(warmUpMs);
    say('Looking at the load while nothing changes');
    const quiet = await during(answers, () => sleep(quietMs));
    say('Rotating the key of received, then putting another in its place');
    const material = await during(answers, () => must(weir, 'keys', 'rotate', 'received'));
    const newKey = await during(answers, () => must(weir, 'keys', 'rotate', 'received', '--new-key'));
    feeding.abort();
    const refused = await fed;
    const [newMaterial, replaced] = [percentilesOf(material), percentilesOf(newKey)];
    const accepted = answers.reduce((sum, answer) => sum + answer.accepted, 0);
    return {
      acceptedTx: accepted,
      refusedTx: refused,
      lostTx: accepted - (await decidedBy(weir, accepted)),
      quietP99Ms: percentilesOf(quiet).p99,
      newMaterialP99Ms: newMaterial.p99,
      newMaterialSlowestMs: newMaterial.max,
      newKeyP99Ms: replaced.p99,
      newKeySlowestMs: replaced.max,
    };
  } finally {
    feeding.abort();
    await weir.run('down');
  }
};

async function must(weir: WeirCommand, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await weir.run(...args);
  if (code !== 0) throw new Error(`weir ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** What the requests took that were sent from the beginning of the work until it had settled. */
async function during(answers: readonly Answer[], work: () => Promise<unknown>): Promise<readonly number[]> {
  const fromMs = performance.now();
  await work();
  await sleep(settleMs);
  return answers.filter(({ sentMs }) => sentMs >= fromMs).map(({ tookMs }) => tookMs);
}

/** Sends at a fixed pace whatever became of what was sent before; resolves with the number of transactions not accepted. */
async function feed(offer: () => Promise<number>, answers: Answer[], signal: AbortSignal): Promise<number> {
  let refused = 0;
  const pending: Promise<void>[] = [];
  while (!signal.aborted) {
    const sentMs = performance.now();
    pending.push(
      offer().then((accepted) => {
        answers.push({ sentMs, tookMs: performance.now() - sentMs, accepted });
        refused += recordsPerRequest - accepted;
      }),
    );
    await sleep(everyMs);
  }
  await Promise.all(pending);
  return refused;
}

/** Offers some transactions in one request and resolves with how many of them were accepted. */
function offeringTo(weir: WeirCommand, door: string, token: string): () => Promise<number> {
  const agent = new Agent({ ca: readFileSync(join(weir.home, 'tls', 'ca.pem')), keepAlive: true });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(`${door}/v1/transactions`, { agent, method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve((JSON.parse(text) as { accepted?: number }).accepted ?? 0));
      });
      sent.on('error', reject);
      sent.end(Array.from({ length: recordsPerRequest }, oneTransaction).join('\n'));
    });
}

/** Counted: of random ones some would pass for a card number, and be refused. */
let made = 0;
const oneTransaction = (): string =>
  JSON.stringify({
    transactionId: `tx-${(made += 1)}`,
    account: { other: { id: `account-${made}` } },
    creditDebitIndicator: 'DBIT',
    amount: '12.34',
    currency: 'EUR',
    eventTime: new Date().toISOString(),
  });

/** How many transactions have a verdict once nothing waits for one; the control records are not among them. */
async function decidedBy(weir: WeirCommand, accepted: number): Promise<number> {
  const { total, balanced } = await waitFor(
    async () => {
      const ledgers = (await weir.json('ledger', '--json')) as Ledgers;
      const isSettled = ledgers.total['waiting'] === 0 && (ledgers.total['records'] ?? 0) > accepted;
      return isSettled ? ledgers : undefined;
    },
    { deadlineMs: settleDeadlineMs, what: 'a ledger with nothing waiting' },
  );
  if (!balanced) throw new Error('the ledgers do not balance');
  return (total['cleared'] ?? 0) + (total['held'] ?? 0);
}
