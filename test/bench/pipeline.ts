import { waitFor } from '@weir/testkit';
import type { BenchContext } from './bench-context.ts';
import { totalOf } from './bench-log.ts';
import type { Positions } from './bench-log.ts';
import { createOfferedLines, ingestPlaces } from './offered-lines.ts';
import type { OfferedLines } from './offered-lines.ts';
import { preloadHistory } from './preload-history.ts';
import { round } from './process-usage.ts';
import { placeDetection, positionsOf } from './scenario.ts';
import { populationOf } from './settings.ts';
import { startDetection } from './workers.ts';

/** Transactions that go through ingest, of accounts with a history where ingest will put them. */
export type Pipeline = {
  readonly lines: OfferedLines;
  /** What each preloaded record took of Redis' memory, everything included. */
  readonly redisBytesPerRecord: number;
};

export async function preparePipeline({ settings, stack, say }: BenchContext): Promise<Pipeline> {
  const population = populationOf(settings, 'endToEnd', (id, partitions) =>
    ingestPlaces(id, partitions, stack.roleEnvironment('ingest')),
  );
  say(`Preloading endToEnd: ${population.accounts} accounts with ${population.history} records each`);
  const before = await stack.redis.usedBytes();
  await preloadHistory(stack.redis.storeOf(stack.log), population);
  const grownBytes = (await stack.redis.usedBytes()) - before;
  await stack.redis.compact();
  return {
    lines: createOfferedLines(population),
    redisBytesPerRecord: round(grownBytes / (population.accounts * population.history), 2),
  };
}

/**
 * Has detection decide whatever the log holds, and the windows stand there too:
 * what the passthrough was given, and what detection decided with another Redis.
 * Answers where the log ends, and so where what comes next begins.
 */
export async function placeForPipeline({ settings, stack }: BenchContext): Promise<Positions> {
  const { log, redis } = stack;
  await placeDetection(log, redis);
  const from = await log.ends();
  const decided = async (): Promise<boolean> =>
    totalOf(await positionsOf(log, log.groupId)) === totalOf(from);
  if (await decided()) return from;
  const workers = startDetection(stack.roleEnvironment('detection'), settings);
  try {
    const what = 'detection to decide what the log holds';
    await waitFor(decided, { deadlineMs: settings.drainDeadlineMs, what });
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  return from;
}
