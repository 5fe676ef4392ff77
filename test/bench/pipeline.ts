import type { BenchContext } from './bench-context.ts';
import { commitPositions } from './bench-log.ts';
import type { Positions } from './bench-log.ts';
import type { BenchStack } from './bench-stack.ts';
import { createOfferedLines, ingestPlaces } from './offered-lines.ts';
import type { OfferedLines } from './offered-lines.ts';
import { alignPositions, preloadHistory } from './preload-history.ts';
import { populationOf } from './settings.ts';

/** Transactions that go through ingest, of accounts with a history where ingest will put them. */
export type Pipeline = { readonly lines: OfferedLines };

export async function preparePipeline({ settings, stack, say }: BenchContext): Promise<Pipeline> {
  const population = populationOf(settings, 'endToEnd', (id, partitions) =>
    ingestPlaces(id, partitions, stack.roleEnvironment('ingest')),
  );
  say(`Preloading endToEnd: ${population.accounts} accounts with ${population.history} records each`);
  await preloadHistory(stack.redis.storeOf(stack.log), population);
  await stack.redis.compact();
  return { lines: createOfferedLines(population) };
}

/** Has detection begin where the log ends, with nothing of others before it. Answers where that is. */
export async function placeForPipeline({ log, redis }: BenchStack): Promise<Positions> {
  const from = await log.ends();
  await commitPositions(log, log.groupId, from);
  await alignPositions(redis.storeOf(log), from);
  return from;
}
