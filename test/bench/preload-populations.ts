import type { BenchContext } from './bench-context.ts';
import { coldLoadMs } from './cold-loads.ts';
import { round } from './process-usage.ts';
import { startRedisPlace } from './redis-place.ts';
import { preloadScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { populationOf } from './settings.ts';
import type { PopulationName } from './settings.ts';

export type PreloadedFigures = {
  readonly accounts: number;
  readonly history: number;
  readonly redisBytesPerRecord: number;
  readonly coldLoadMs: number;
};

export type Preloaded = Readonly<Partial<Record<PopulationName, PreloadedFigures>>>;

/** Where these live the others must not: a Redis of its own keeps its size out of their figures. */
export const alone: PopulationName = 'accounts1000000';

/** Gives the accounts of these populations their history. */
export async function preloadPopulations(
  { settings, stack, say }: BenchContext,
  names: readonly PopulationName[],
): Promise<{ readonly scenarios: ReadonlyMap<PopulationName, Scenario>; readonly preloaded: Preloaded }> {
  const scenarios = new Map<PopulationName, Scenario>();
  const preloaded: Partial<Record<PopulationName, PreloadedFigures>> = {};
  for (const name of names) {
    const population = populationOf(settings, name);
    const { accounts, history } = population;
    say(`Preloading ${name}: ${accounts} accounts with ${history} records each`);
    const redis = name === alone ? await startRedisPlace() : stack.redis;
    if (redis !== stack.redis) stack.atClose(redis.close);
    const scenario = await preloadScenario(population, stack.log, redis);
    if (redis !== stack.redis) await redis.compact();
    scenarios.set(name, scenario);
    preloaded[name] = {
      accounts,
      history,
      redisBytesPerRecord: round(scenario.redisBytesPerRecord, 2),
      coldLoadMs: await coldLoadMs(scenario),
    };
  }
  return { scenarios, preloaded };
}

export function scenarioOf(scenarios: ReadonlyMap<PopulationName, Scenario>, name: PopulationName): Scenario {
  const found = scenarios.get(name);
  if (found === undefined) throw new Error(`${name} has not been preloaded`);
  return found;
}
