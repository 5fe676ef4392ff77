import { streams } from '@weir/contracts';
import { detectionGroup } from '../read/watch-positions.ts';
import type { KeptWorker } from '../stack/kept-worker.ts';
import type { FaultStack } from '../stack/start-fault-stack.ts';
import type { Fault, FaultContext } from './fault-context.ts';

/** How long a worker that was killed stays away before it is started again, as by a supervisor. */
const shortestAwayMs = 300;
const longestAwayMs = 2_000;
/** Above the session timeout of 6 s and the time others take to notice: what goes on then is a zombie. */
const frozenMs = 9_500;
/** What it had on its way when it was stopped has arrived by then. */
const settledMs = 1_000;
const resizeStepMs = 2_500;

/** Kills a worker and starts it again a moment later, as a supervisor would. */
export async function killAndStart(context: FaultContext, worker: KeptWorker): Promise<void> {
  const { random, sleep, say, expect, until } = context;
  const awayMs = random.between(shortestAwayMs, longestAwayMs);
  // It may be on its way back from something else.
  expect(`${worker.name} ran when it was killed`, await until(worker.isRunning));
  await worker.kill();
  say(`${worker.name} killed`);
  await sleep(awayMs);
  worker.start();
  say(`${worker.name} started again after ${awayMs} ms`);
}

export const killDetection: Fault = async (context) => {
  const [first, second] = context.stack.detection;
  for (const worker of context.random.shuffle([first, second])) {
    await killAndStart(context, worker);
    await context.sleep(context.random.between(0, 2_000));
  }
};

export const killAlerting: Fault = (context) => killAndStart(context, context.stack.alerting);

export const killIngest: Fault = async ({ feed, feedFile, random, sleep, say, expect }) => {
  const filed = feedFile();
  expect('an ingest process ran when it was killed', await feed.kill());
  say('ingest killed');
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  feed.revive();
  say('ingest started again with what it had not acknowledged');
  expect('the ingest of the file was killed in the middle', (await filed) !== undefined);
  say('a file was fed by an ingest that was killed in the middle and went on by its ledger');
};

export const freezeDetection: Fault = async ({ stack, random, sleep, say, expect, until }) => {
  const [first, second] = stack.detection;
  const worker = random.pick([first, second]);
  worker.freeze();
  say(`${worker.name} stopped (SIGSTOP)`);
  await sleep(settledMs);
  const before = await publishedPositions(stack);
  await sleep(frozenMs - settledMs);
  // Every partition moves only once those of the stopped process are with others.
  const movedOn = await until(async () => {
    const now = await publishedPositions(stack);
    return before.size > 0 && [...before].every(([partition, next]) => (now.get(partition) ?? 0) > next);
  });
  expect(`the group moved on while ${worker.name} was stopped`, worker.isRunning() && movedOn);
  worker.thaw();
  say(`${worker.name} goes on (SIGCONT)`);
};

export const resizeDetection: Fault = async ({ stack, random, sleep, say, expect, until }) => {
  const [first, second, third] = stack.detection;
  const leaver = random.pick([first, second]);
  third.start();
  say(`${third.name} added`);
  await sleep(resizeStepMs);
  expect(`${third.name} joined the group`, await until(third.isReady));
  await leaver.stop();
  say(`${leaver.name} taken away`);
  await sleep(resizeStepMs);
  leaver.start();
  say(`${leaver.name} added`);
  await sleep(resizeStepMs);
  await third.stop();
  say(`${third.name} taken away`);
};

/** The committed positions by partition; none where the broker is away. */
async function publishedPositions({ observer }: FaultStack): Promise<ReadonlyMap<number, number>> {
  const found = await observer.kafka.groupPositions(detectionGroup, streams.received.topic).catch(() => []);
  return new Map(found.map(({ partition, next }) => [partition, next ?? 0]));
}
