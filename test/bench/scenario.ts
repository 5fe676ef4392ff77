import { streams } from '@weir/contracts';
import { commitPositions, totalOf } from './bench-log.ts';
import type { BenchLog, Positions } from './bench-log.ts';
import { createTransactionMaker } from './make-transactions.ts';
import type { TransactionMaker } from './make-transactions.ts';
import { measureDrain } from './measure-drain.ts';
import type { DrainFigures } from './measure-drain.ts';
import type { Population } from './population.ts';
import { alignPositions, preloadHistory } from './preload-history.ts';
import { round } from './process-usage.ts';
import type { Watched } from './process-usage.ts';
import { countFrom, endsOf } from './read-outputs.ts';
import type { RedisPlace } from './redis-place.ts';
import type { BenchSettings } from './settings.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A population whose history is in a Redis, and the log its next transactions go to. */
export type Scenario = {
  readonly population: Population;
  readonly log: BenchLog;
  readonly redis: RedisPlace;
  readonly maker: TransactionMaker;
  /** What each preloaded record took of Redis' memory, everything included. */
  readonly redisBytesPerRecord: number;
};

/** The records of one drain, waiting in the log. */
export type Waiting = { readonly from: Positions; readonly to: Positions };

/** How a drain of detection went, and what it decided. */
export type DetectionDrain = DrainFigures & {
  readonly heldFraction: number;
  /** Of the log that one Kafka transaction took, on average. */
  readonly recordsPerTransaction: number;
};

export async function preloadScenario(
  population: Population,
  log: BenchLog,
  redis: RedisPlace,
): Promise<Scenario> {
  const before = await redis.usedBytes();
  await preloadHistory(redis.storeOf(log), population);
  const grownBytes = (await redis.usedBytes()) - before;
  return {
    population,
    log,
    redis,
    maker: createTransactionMaker(population),
    redisBytesPerRecord: grownBytes / (population.accounts * population.history),
  };
}

/** Fills the log with transactions of the scenario, with detection right before them. */
export async function fillFor({ log, redis, maker }: Scenario, records: number): Promise<Waiting> {
  await placeDetection(log, redis);
  const from = await log.ends();
  const to = await log.fill(maker, records);
  maker.moveOn();
  return { from, to };
}

/**
 * Has the windows of a Redis stand where detection has published, since what it
 * decided with another Redis is none of theirs. Where it has published nothing
 * yet it begins behind the filler of the log.
 */
export async function placeDetection(log: BenchLog, redis: RedisPlace): Promise<void> {
  const isFirst = totalOf(await endsOf(log, 'decisions')) === 0;
  // What has just been committed may not be read back yet, so it isn't.
  const positions = isFirst ? await log.ends() : await positionsOf(log, log.groupId);
  if (isFirst) await commitPositions(log, log.groupId, positions);
  await alignPositions(redis.storeOf(log), positions);
}

/** Where a group stands in the log. */
export async function positionsOf(log: BenchLog, groupId: string): Promise<Positions> {
  const positions = await log.kafka.groupPositions(groupId, streams.received.topic);
  return new Map(positions.map(({ partition, next }) => [partition, next ?? 0]));
}

/** Has detection, or what stands for it, drain what waits, and checks that it decided as it should. */
export async function drainWithDetection(
  scenario: Scenario,
  waiting: Waiting,
  settings: BenchSettings,
  options: { readonly startWorkers: () => readonly WorkerProcess[]; readonly watched: Watched },
): Promise<DetectionDrain> {
  const { log, redis } = scenario;
  const [heldFrom, rejectedFrom] = [await endsOf(log, 'held'), await endsOf(log, 'rejected')];
  const journalFrom = await endsOf(log, 'decisions');
  const figures = await measureDrain({
    startWorkers: options.startWorkers,
    positions: () => positionsOf(log, log.groupId),
    ...waiting,
    warmRecords: settings.warmRecords,
    coldFromRecords: settings.coldFromRecords,
    watched: [...options.watched, ...redis.watched],
    deadlineMs: settings.drainDeadlineMs,
  });
  const rejected = await countFrom(log, 'rejected', rejectedFrom);
  if (rejected > 0) throw new Error(`${rejected} of the measured transactions were rejected`);
  const held = await countFrom(log, 'held', heldFrom);
  const drained = totalOf(waiting.to) - totalOf(waiting.from);
  const transactions = journalTransactions(journalFrom, await endsOf(log, 'decisions'));
  return {
    ...figures,
    heldFraction: held / drained,
    recordsPerTransaction: round(drained / transactions, 1),
  };
}

/** How many transactions a detection made that was running all along: each leaves its journal record and a marker. */
export const transactionsBetween = (from: Positions, to: Positions): number =>
  (totalOf(to) - totalOf(from)) / 2;

/** The same of one that was started meanwhile: its first of each partition is an empty one that is aborted. */
export const journalTransactions = (from: Positions, to: Positions): number =>
  transactionsBetween(from, to) - to.size;
