import { performance } from 'node:perf_hooks';
import { encodeTrailLine, readTrailLines, verifyTrail } from '@weir/audit';
import { waitFor } from '@weir/testkit';
import { checkpointsOf, entriesOf, signingKey } from '../../../packages/audit/src/trail.fixture.ts';
import { requestsOf } from '../../../services/notary/src/fixtures/memory-notary.ts';
import { startNotaryStack } from '../../../services/notary/src/fixtures/notary-stack.ts';
import type { NotaryProcess } from '../../../services/notary/src/fixtures/notary-stack.ts';
import { percentilesOf } from '../latency.ts';

type Say = (sentence: string) => void;
type Stack = Awaited<ReturnType<typeof startNotaryStack>>;

const startDeadlineMs = 30_000;
const recordDeadlineMs = 45_000;
const requestsPerAppend = 500;
const warmUpRequests = 1_000;
const measuredRequests = 20_000;
const acts = 40;
const verifiedEntries = 100_000;

/**
 * Entries a second from the intake to the trail, checkpoints signed and kept
 * included; how long an act waits for its entry; and how fast an exported trail is
 * verified, from its text on.
 */
export const run = async (say: Say): Promise<Record<string, number>> => {
  const stack = await startNotaryStack();
  try {
    const notary = await stack.start({ CHECKPOINT_INTERVAL_MS: '60000' });
    await waitFor(async () => (await notary.get('/readyz')).status === 200, { deadlineMs: startDeadlineMs });
    const entriesPerSecond = await measureEntries(stack, notary);
    say(`${measuredRequests} requests, offered at once, until the last is an entry`);
    const { p50, p99 } = percentilesOf(await measureActs(stack));
    say(`${acts} acts, one after the other, each until its entry is on the trail`);
    await notary.stop();
    const verifiedEntriesPerSecond = measureVerification();
    say(`${verifiedEntries} entries of an exported trail, parsed and verified in one process`);
    return { entriesPerSecond, recordBeforeP50Ms: p50, recordBeforeP99Ms: p99, verifiedEntriesPerSecond };
  } finally {
    await stack.stop();
  }
};

async function measureEntries(stack: Stack, notary: NotaryProcess): Promise<number> {
  const offer = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += requestsPerAppend) await stack.request(requestsOf(requestsPerAppend));
  };
  const untilEntries = (count: number) =>
    waitFor(async () => (await notary.entries()) >= count, { deadlineMs: recordDeadlineMs });
  await offer(warmUpRequests);
  await untilEntries(warmUpRequests);
  const before = await notary.entries();
  const startedAtMs = performance.now();
  await offer(measuredRequests);
  await untilEntries(before + measuredRequests);
  return Math.round((measuredRequests * 1_000) / (performance.now() - startedAtMs));
}

async function measureActs(stack: Stack): Promise<readonly number[]> {
  const recorder = stack.recorder(10_000);
  const latenciesMs: number[] = [];
  for (let made = 0; made < acts; made += 1) {
    const startedAtMs = performance.now();
    await recorder.recordBefore({
      actor: { kind: 'person', name: 'bench' },
      action: 'key_rotated',
      subject: { kind: 'key', id: `key-${made}` },
      origin: 'bench',
      details: {},
    });
    latenciesMs.push(performance.now() - startedAtMs);
  }
  await recorder.close();
  return latenciesMs;
}

function measureVerification(): number {
  const entries = entriesOf(verifiedEntries);
  const sizes = Array.from({ length: Math.floor(verifiedEntries / 256) }, (_, index) => (index + 1) * 256);
  const lines = [
    ...entries.map((entry) => encodeTrailLine({ entry })),
    ...checkpointsOf(entries, sizes).map((checkpoint) => encodeTrailLine({ checkpoint })),
  ];
  const startedAtMs = performance.now();
  const { ok } = verifyTrail(readTrailLines(lines), { publicKeys: [signingKey.publicKey] });
  if (!ok) throw new Error('a good trail was not verified');
  return Math.round((verifiedEntries * 1_000) / (performance.now() - startedAtMs));
}
