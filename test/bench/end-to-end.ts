import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import { hasTimeFor } from './bench-context.ts';
import type { BenchContext } from './bench-context.ts';
import { commitPositions } from './bench-log.ts';
import type { BenchLog, Positions } from './bench-log.ts';
import { startPacedFeed } from './paced-feed.ts';
import { placeForPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { cpuPerTransaction, loadAverage, median, round, usageOf } from './process-usage.ts';
import type { Watched } from './process-usage.ts';
import { countFrom, endsOf } from './read-outputs.ts';
import { shownCpu, shownFraction } from './repeated.ts';
import { positionsOf, transactionsBetween } from './scenario.ts';
import { startAlerting, startDetection, startIngest } from './workers.ts';
import type { WorkerProcess } from './worker-process.ts';

const alertingGroupId = 'weir-alerting';
const lookEveryMs = 200;
const settleDeadlineMs = 120_000;
/** How much of a second's work may be added to what waits from the second quarter of a trial to its last. */
const growthAllowed = 0.25;
/** How much work, in seconds of it, may wait in the end. */
const waitingAllowed = 2;
const searchFactor = 1.5;
/** The search ends when what held and what did not are so near. */
const searchPrecision = 1.06;

type Sample = { readonly due: number; readonly waiting: number };

/** One rate, fed for a while. `waiting`: transactions that were due and had no verdict or alert yet. */
export type Trial = {
  readonly txPerSecond: number;
  readonly seconds: number;
  readonly held: boolean;
  readonly waitingSecondQuarter: number;
  readonly waitingLastQuarter: number;
  readonly waitingAtEnd: number;
  /** Until the last of them had its verdict and its alert. */
  readonly cpuMsPerTx: Readonly<Record<string, number>>;
  readonly recordsPerTransaction: number;
  readonly loadAverage: number;
};

export type EndToEndResults = {
  /** The highest rate that was held. */
  readonly txPerSecond: number | null;
  /** The median over the times it was held; the inbox, which stands for a mail relay, is left out. */
  readonly cpuMsPerTx: number | null;
  /** How often that rate was held. */
  readonly timesHeld: number;
  readonly heldFraction: number;
  readonly search: readonly Trial[];
  readonly holds: readonly Trial[];
};

/**
 * (d): ingest, detection and alerting together. A short search finds the highest
 * rate at which what waits does not grow; then that has to be held.
 */
export async function runEndToEnd(context: BenchContext, pipeline: Pipeline): Promise<EndToEndResults> {
  const { settings, stack, say } = context;
  const { log } = stack;
  const from = await placeForPipeline(context);
  const heldFrom = await endsOf(log, 'held');
  const given = pipeline.lines.given();
  const running = await startAll(context, pipeline, from);
  try {
    const trial = async (what: string, txPerSecond: number, seconds: number): Promise<Trial> => {
      const tried = await running.trial(Math.max(1, Math.floor(txPerSecond)), seconds);
      say(
        `(d) ${what} at ${tried.txPerSecond} tx/s for ${seconds} s: ${tried.held ? 'held' : 'not held'}, ` +
          `${tried.waitingAtEnd} waiting at the end, ${tried.recordsPerTransaction} records per transaction, ` +
          `load ${tried.loadAverage}; ${shownCpu(tried.cpuMsPerTx)}`,
      );
      return tried;
    };
    const { search, highest } = await findHighest(settings.endToEnd, trial);
    const { holds, txPerSecond } = await holdHighest(context, highest, trial);
    const held = holds.filter((one) => one.held && one.txPerSecond === txPerSecond);
    const heldFraction = (await countFrom(log, 'held', heldFrom)) / (pipeline.lines.given() - given);
    say(`(d) ${shownFraction(heldFraction)} of the transactions were held for an alert`);
    return {
      txPerSecond,
      cpuMsPerTx:
        txPerSecond === null
          ? null
          : round(median(held.map(({ cpuMsPerTx }) => cpuMsPerTx['total'] ?? Number.NaN)), 4),
      timesHeld: held.length,
      heldFraction,
      search,
      holds,
    };
  } finally {
    await running.stop();
  }
}

type RunTrial = (what: string, txPerSecond: number, seconds: number) => Promise<Trial>;
type Search = BenchContext['settings']['endToEnd'];

/** Up by half until a rate is not held, then between the two. */
async function findHighest(
  { fromTxPerSecond, trialSeconds, trials }: Search,
  trial: RunTrial,
): Promise<{ readonly search: readonly Trial[]; readonly highest: number }> {
  // The first seconds of a process say little about it.
  await trial('warming up', fromTxPerSecond / 2, trialSeconds);
  const search: Trial[] = [];
  let [low, high] = [0, Infinity];
  let rate = fromTxPerSecond;
  while (search.length < trials && high / low > searchPrecision) {
    const tried = await trial('trying', rate, trialSeconds);
    search.push(tried);
    if (tried.held) low = rate;
    else high = rate;
    if (high === Infinity) rate *= searchFactor;
    else rate = low === 0 ? high / searchFactor : Math.sqrt(low * high);
  }
  return { search, highest: low === 0 ? rate : low };
}

/** Holds the rate as often as is asked for; one that fails is tried again a little lower. */
async function holdHighest(
  context: BenchContext,
  highest: number,
  trial: RunTrial,
): Promise<{ readonly holds: readonly Trial[]; readonly txPerSecond: number | null }> {
  const { holdSeconds, holds: wanted } = context.settings.endToEnd;
  const holds: Trial[] = [];
  let rate = Math.floor(highest);
  let heldInARow = 0;
  while (heldInARow < wanted && holds.length < wanted + 2) {
    if (holds.length > 0 && !hasTimeFor(context, 'endToEnd')) break;
    const tried = await trial('holding', rate, holdSeconds);
    holds.push(tried);
    heldInARow = tried.held ? heldInARow + 1 : 0;
    if (!tried.held) rate = Math.floor(rate * 0.93);
  }
  const held = holds.filter((one) => one.held).map(({ txPerSecond }) => txPerSecond);
  return { holds, txPerSecond: held.length === 0 ? null : Math.min(...held) };
}

/** The three workers, over all trials. `from`: where in the log they begin. */
async function startAll({ settings, stack }: BenchContext, pipeline: Pipeline, from: Positions) {
  const { log } = stack;
  for (const stream of ['held', 'rejected'] as const)
    await commitPositions(log, alertingGroupId, await endsOf(log, stream), streams[stream].topic);
  const ingest = startIngest(stack.roleEnvironment('ingest'), settings);
  const workers: readonly WorkerProcess[] = [
    ...startDetection(stack.roleEnvironment('detection'), settings),
    startAlerting(stack.roleEnvironment('alerting'), settings),
  ];
  const watched: Watched = [
    ...[ingest, ...workers].map(({ name, pid }) => ({ name, pid })),
    ...stack.watched('kafka', 'redis', 'kms'),
  ];
  const ended = Promise.race([ingest, ...workers].map(({ exited, name }) => exited.then(() => name)));
  const failed = ended.then((name) => {
    throw new Error(`${name} ended while the rate was being held`);
  });
  // It ends in the end; nobody waits for that.
  failed.catch(() => undefined);
  const into = ingest.stdin;
  if (into === undefined) throw new Error('ingest takes no input');
  const { lines } = pipeline;
  const firstLine = lines.given();
  const decided = async (): Promise<number> => {
    const positions = await positionsOf(log, log.groupId);
    return [...positions].reduce((sum, [at, next]) => sum + next - (from.get(at) ?? 0), 0);
  };

  const trial = async (txPerSecond: number, seconds: number): Promise<Trial> => {
    const before = lines.given() - firstLine;
    const count = txPerSecond * seconds;
    const load = loadAverage();
    const journalBefore = await endsOf(log, 'decisions');
    const usageBefore = usageOf(watched);
    const feed = startPacedFeed({ into, lines, txPerSecond, count });
    const look = async (): Promise<Sample> => {
      await Promise.race([sleep(lookEveryMs), failed]);
      const due = feed.dueBy(performance.now());
      // Alerts second: what is decided by then has been handed on by then.
      const undecided = before + due - (await decided());
      return { due, waiting: undecided + (await waitingForAlerts(log)) };
    };
    const samples: Sample[] = [];
    do samples.push(await look());
    while ((samples.at(-1)?.due ?? 0) < count);
    // What is left is work of this trial, too.
    const endsAtMs = performance.now() + settleDeadlineMs;
    let left = samples.at(-1)?.waiting ?? 0;
    while (left > 0) {
      if (performance.now() > endsAtMs) throw new Error(`${left} transactions were not done with in time`);
      left = (await look()).waiting;
    }
    const usageAfter = usageOf(watched);
    await feed.ended;
    return {
      txPerSecond,
      seconds,
      ...judgeWaiting(samples, count, txPerSecond),
      cpuMsPerTx: cpuPerTransaction(usageBefore, usageAfter, count),
      recordsPerTransaction: round(
        count / transactionsBetween(journalBefore, await endsOf(log, 'decisions')),
        1,
      ),
      loadAverage: load,
    };
  };
  return {
    trial,
    stop: async () => {
      into.end();
      await ingest.exited;
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/**
 * Held transactions that alerting has not done with, in offsets: the marker that
 * ends a transaction of detection takes one too, and the last is never alerted.
 */
async function waitingForAlerts(log: BenchLog): Promise<number> {
  const [ends, positions] = [await endsOf(log, 'held'), await alertedPositions(log)];
  return [...ends].reduce((sum, [at, end]) => sum + Math.max(0, end - (positions.get(at) ?? 0) - 1), 0);
}

async function alertedPositions(log: BenchLog): Promise<Positions> {
  const positions = await log.kafka.groupPositions(alertingGroupId, streams.held.topic);
  return new Map(positions.map(({ partition, next }) => [partition, next ?? 0]));
}

/** Whether what waits stayed as it was, by its mean over the second and over the last quarter of the trial. */
export function judgeWaiting(
  samples: readonly Sample[],
  count: number,
  txPerSecond: number,
): Pick<Trial, 'held' | 'waitingSecondQuarter' | 'waitingLastQuarter' | 'waitingAtEnd'> {
  const meanBetween = (from: number, to: number): number => {
    const within = samples.filter(({ due }) => due >= from * count && due <= to * count);
    return within.reduce((sum, { waiting }) => sum + waiting, 0) / within.length;
  };
  const [second, last] = [meanBetween(0.25, 0.5), meanBetween(0.75, 1)];
  const atEnd = samples.at(-1)?.waiting ?? Number.NaN;
  return {
    held: last - second <= growthAllowed * txPerSecond && atEnd <= waitingAllowed * txPerSecond,
    waitingSecondQuarter: Math.round(second),
    waitingLastQuarter: Math.round(last),
    waitingAtEnd: atEnd,
  };
}
