import type { KeptWorker } from '../stack/kept-worker.ts';
import type { Fault, FaultContext } from './fault-context.ts';

/** How long a worker that was killed stays away before it is started again, as by a supervisor. */
const shortestAwayMs = 300;
const longestAwayMs = 2_000;
/** Above the session timeout of 6 s and the time others take to notice: what goes on then is a zombie. */
const frozenMs = 9_500;
const kmsAwayMs = 4_000;
const resizeStepMs = 2_500;

async function killAndStart({ random, sleep, say }: FaultContext, worker: KeptWorker): Promise<void> {
  const awayMs = random.between(shortestAwayMs, longestAwayMs);
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

export const killIngest: Fault = async ({ feed, feedFile, random, sleep, say }) => {
  const filed = feedFile();
  await feed.kill();
  say('ingest killed');
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  feed.revive();
  say('ingest started again with what it had not acknowledged');
  await filed;
  say('a file was fed by an ingest that was killed in the middle and went on by its ledger');
};

export const freezeDetection: Fault = async ({ stack, random, sleep, say }) => {
  const [first, second] = stack.detection;
  const worker = random.pick([first, second]);
  worker.freeze();
  say(`${worker.name} stopped (SIGSTOP)`);
  await sleep(frozenMs);
  worker.thaw();
  say(`${worker.name} goes on (SIGCONT)`);
};

export const resizeDetection: Fault = async ({ stack, random, sleep, say }) => {
  const [first, second, third] = stack.detection;
  const leaver = random.pick([first, second]);
  third.start();
  say(`${third.name} added`);
  await sleep(resizeStepMs);
  await leaver.stop();
  say(`${leaver.name} taken away`);
  await sleep(resizeStepMs);
  leaver.start();
  say(`${leaver.name} added`);
  await sleep(resizeStepMs);
  await third.stop();
  say(`${third.name} taken away`);
};

/** Workers keep their keys for minutes: only one that starts asks for some. */
export const kmsAway: Fault = async ({ stack, random, sleep, say }) => {
  const [first, second] = stack.detection;
  const worker = random.pick([first, second]);
  await stack.kmsProxy.block();
  say('the KMS is out of reach');
  await worker.kill();
  worker.start();
  say(`${worker.name} killed and started again`);
  await sleep(kmsAwayMs);
  await stack.kmsProxy.restore();
  say('the KMS is within reach');
};
