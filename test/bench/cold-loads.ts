import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { median, round } from './process-usage.ts';
import type { Scenario } from './scenario.ts';

const sampledAccounts = 20;

/**
 * How long it takes to have one account's history ready that is not in memory,
 * in ms: read from Redis and indexed, alone. Detection reads those of a whole
 * batch at once. The median over a few accounts.
 */
export async function coldLoadMs({ population, log, redis }: Scenario): Promise<number> {
  const store = redis.storeOf(log);
  const { partitionOf, pseudonymOf } = population.places;
  const took: number[] = [];
  for (let index = 0; index < Math.min(sampledAccounts, population.accounts); index += 1) {
    const account = pseudonymOf(index);
    const startedAtMs = performance.now();
    const pieces = (await store.load(partitionOf(index), [account])).get(account);
    if (pieces === undefined) throw new Error('an account has no history');
    createAccountHistory(defaultWindowPlan, pieces, Number.MAX_SAFE_INTEGER);
    took.push(performance.now() - startedAtMs);
  }
  return round(median(took), 3);
}
