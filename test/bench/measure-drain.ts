import { setTimeout as sleep } from 'node:timers/promises';
import { totalOf } from './bench-log.ts';
import type { Positions } from './bench-log.ts';
import { cpuPerTransaction, loadAverage, peakResidentMbOf, round, usageOf } from './process-usage.ts';
import type { Usage, Watched } from './process-usage.ts';
import type { WorkerProcess } from './worker-process.ts';

const pollEveryMs = 50;

/** How fast the records of a topic were drained, and what that took. */
export type DrainFigures = {
  readonly transactions: number;
  readonly txPerSecond: number;
  /** CPU-ms per transaction, of each process and of all that are named. */
  readonly cpuMsPerTx: Readonly<Record<string, number>>;
  /** The same over what came before, when accounts were seen for the first time. */
  readonly firstTouches: { readonly transactions: number; readonly txPerSecond: number } | undefined;
  /** The most memory of each worker. */
  readonly workerPeakResidentMb: readonly number[];
  readonly loadAverage: number;
};

export type DrainOptions = {
  readonly startWorkers: () => readonly WorkerProcess[];
  /** The committed positions of the group that drains. */
  readonly positions: () => Promise<Positions>;
  readonly from: Positions;
  readonly to: Positions;
  /** Records drained before the clock starts, and of them those that only warm the compiler. */
  readonly warmRecords: number;
  readonly coldFromRecords: number;
  readonly watched: Watched;
  readonly deadlineMs: number;
};

type Mark = { readonly done: number; readonly usage: Usage };

/**
 * Starts the workers and follows the positions they commit, from outside, until
 * everything is drained. The clock runs from the first look that sees the warm
 * records done to the one that sees all of them done.
 *
 * Throws where a worker ends or the deadline passes first.
 */
export async function measureDrain(options: DrainOptions): Promise<DrainFigures> {
  const fromTotal = totalOf(options.from);
  const all = totalOf(options.to) - fromTotal;
  const load = loadAverage();
  const workers = options.startWorkers();
  const watched: Watched = [...workers.map(({ name, pid }) => ({ name, pid })), ...options.watched];
  try {
    const ended = Promise.race(workers.map(({ exited, name }) => exited.then(() => name)));
    const marks = await Promise.race([
      followDrain(options, fromTotal, all, watched),
      ended.then((name) => {
        throw new Error(`${name} ended before everything was drained`);
      }),
    ]);
    return { ...figuresOf(marks), workerPeakResidentMb: peaksOf(workers), loadAverage: load };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

const peaksOf = (workers: readonly WorkerProcess[]): number[] =>
  workers.map(({ pid }) => round(peakResidentMbOf(pid), 1));

type Marks = { readonly cold: Mark | undefined; readonly warm: Mark; readonly end: Mark };

async function followDrain(
  options: DrainOptions,
  fromTotal: number,
  all: number,
  watched: Watched,
): Promise<Marks> {
  const endsAtMs = performance.now() + options.deadlineMs;
  let cold: Mark | undefined;
  let warm: Mark | undefined;
  for (;;) {
    const done = totalOf(await options.positions()) - fromTotal;
    if (cold === undefined && done >= options.coldFromRecords) cold = { done, usage: usageOf(watched) };
    if (warm === undefined && done >= options.warmRecords) warm = { done, usage: usageOf(watched) };
    if (done >= all) {
      if (warm === undefined || warm.done === done)
        throw new Error('everything was drained before the clock had started: give more records');
      return { cold: cold === warm ? undefined : cold, warm, end: { done, usage: usageOf(watched) } };
    }
    if (performance.now() > endsAtMs)
      throw new Error(`${done} of ${all} records were drained within ${options.deadlineMs} ms`);
    await sleep(pollEveryMs);
  }
}

function figuresOf({ cold, warm, end }: Marks): Omit<DrainFigures, 'workerPeakResidentMb' | 'loadAverage'> {
  const transactions = end.done - warm.done;
  return {
    transactions,
    txPerSecond: rateBetween(warm, end),
    cpuMsPerTx: cpuPerTransaction(warm.usage, end.usage, transactions),
    firstTouches:
      cold === undefined || cold.done === warm.done
        ? undefined
        : { transactions: warm.done - cold.done, txPerSecond: rateBetween(cold, warm) },
  };
}

const rateBetween = (from: Mark, to: Mark): number =>
  round(((to.done - from.done) * 1000) / (to.usage.atMs - from.usage.atMs), 1);
