import { hasTimeFor } from './bench-context.ts';
import type { BenchContext } from './bench-context.ts';
import { coldLoadMs } from './cold-loads.ts';
import { createTransactionMaker } from './make-transactions.ts';
import { createPassthroughRunner } from './passthrough-runner.ts';
import type { PassthroughDrain, PassthroughRunner } from './passthrough-runner.ts';
import { round } from './process-usage.ts';
import { meanValueBytes } from './read-outputs.ts';
import { startRedisPlace } from './redis-place.ts';
import { repeated, shownDrain, shownFraction } from './repeated.ts';
import type { Repeated } from './repeated.ts';
import { drainWithDetection, fillFor, preloadScenario } from './scenario.ts';
import type { DetectionDrain, Scenario, Waiting } from './scenario.ts';
import { populationOf } from './settings.ts';
import type { PopulationName } from './settings.ts';
import { createUnsealedRunner } from './unsealed-runner.ts';
import { startDetection } from './workers.ts';

/** Which of the drains are wanted, by the letters of the parts. */
export type WantedDrains = {
  readonly a: boolean;
  readonly b: boolean;
  readonly c: boolean;
  readonly f: boolean;
};

export type DrainResults = {
  /** Mean sizes of the values, envelopes included. */
  readonly valueBytes: { readonly received: number; readonly cleared: number };
  /** (a), and what its batch size was chosen by. */
  readonly passthroughSweep: readonly PassthroughDrain[];
  readonly passthrough: Repeated<PassthroughDrain> | undefined;
  /** (b) is the one at history50. */
  readonly detection: Readonly<Partial<Record<PopulationName, Repeated<DetectionDrain>>>>;
  /** (c) */
  readonly unsealed: Repeated<DetectionDrain> | undefined;
  readonly preloaded: Readonly<Partial<Record<PopulationName, PreloadedFigures>>>;
  /** Every transaction the first of its account since the start, among 1,000,000. */
  readonly firstTouches1000000: DetectionDrain | undefined;
};

export type PreloadedFigures = {
  readonly accounts: number;
  readonly history: number;
  readonly redisBytesPerRecord: number;
  readonly coldLoadMs: number;
};

const base: PopulationName = 'history50';
/** Where these live the others must not: a Redis of its own keeps its size out of their figures. */
const alone: PopulationName = 'accounts1000000';
const grown: readonly PopulationName[] = [
  'history1000',
  base,
  'history10000',
  'history100000',
  'accounts1000',
  'accounts100000',
  alone,
];

/** Runs the drains that are wanted, in turns, so that whatever changes on the machine meets them all. */
export async function runDrains(context: BenchContext, wanted: WantedDrains): Promise<DrainResults> {
  const { settings, stack, say } = context;
  const { scenarios, preloaded } = await preloadAll(context, wanted.f ? grown : [base]);
  const baseScenario = scenarioOf(scenarios, base);
  const unsealed = wanted.c ? await createUnsealedRunner(context) : undefined;
  await stack.redis.compact();

  const records = settings.warmRecords + settings.timedRecords;
  const first = await fillFor(baseScenario, records);
  say('Draining once, unmeasured, to see how large verdicts are');
  await detect(context, baseScenario, first);
  const valueBytes = {
    received: await meanValueBytes(stack.log, 'received', 200),
    cleared: await meanValueBytes(stack.log, 'cleared', 200),
  };
  const passthrough = await createPassthroughRunner(stack, settings, valueBytes.cleared);
  const passthroughSweep = wanted.a ? await runSweep(context, passthrough, first) : [];
  const best = bestOf(passthroughSweep) ?? settings.batchMaxRecords;

  const passed: PassthroughDrain[] = [];
  const opened: DetectionDrain[] = [];
  const detected = new Map<PopulationName, DetectionDrain[]>();
  const detectAt = async (name: PopulationName, scenario: Scenario, waiting: Waiting): Promise<void> => {
    const figures = await detect(context, scenario, waiting);
    detected.set(name, [...(detected.get(name) ?? []), figures]);
    const label = name === base ? '(b) detection' : '(f) detection';
    say(`${label} at ${name}: ${shownDrain(figures)}, ${shownFraction(figures.heldFraction)} held`);
  };
  for (let turn = 1; turn <= settings.repeats; turn += 1) {
    if (turn > 1 && !hasTimeFor(context, 'drains')) break;
    say(`Round ${turn} of ${settings.repeats}`);
    const waiting = await fillFor(baseScenario, records);
    const steps = [
      async () => {
        if (!wanted.a) return;
        passed.push(await passthrough.drain(waiting, best));
        say(`(a) passthrough: ${shownDrain(passed.at(-1))}`);
      },
      async () => {
        if (wanted.b || wanted.f) await detectAt(base, baseScenario, waiting);
      },
      async () => {
        if (unsealed === undefined) return;
        opened.push(await unsealed.drain(records));
        say(`(c) unsealed: ${shownDrain(opened.at(-1))}`);
      },
    ];
    // Who comes first changes from round to round.
    for (const step of turn % 2 === 1 ? steps : steps.toReversed()) await step();
    for (const [name, scenario] of scenarios)
      if (name !== base) await detectAt(name, scenario, await fillFor(scenario, records));
  }
  const firstTouches1000000 = wanted.f
    ? await drainFirstTouches(context, scenarioOf(scenarios, alone))
    : undefined;
  return {
    valueBytes,
    passthroughSweep,
    passthrough: passed.length === 0 ? undefined : repeated(passed),
    detection: Object.fromEntries([...detected].map(([name, repeats]) => [name, repeated(repeats)])),
    unsealed: opened.length === 0 ? undefined : repeated(opened),
    preloaded,
    firstTouches1000000,
  };
}

type Preloaded = {
  readonly scenarios: ReadonlyMap<PopulationName, Scenario>;
  readonly preloaded: DrainResults['preloaded'];
};

async function preloadAll(context: BenchContext, names: readonly PopulationName[]): Promise<Preloaded> {
  const { settings, stack, say } = context;
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

function scenarioOf(scenarios: ReadonlyMap<PopulationName, Scenario>, name: PopulationName): Scenario {
  const found = scenarios.get(name);
  if (found === undefined) throw new Error(`${name} has not been preloaded`);
  return found;
}

const detect = (
  { settings, stack }: BenchContext,
  scenario: Scenario,
  waiting: Waiting,
): Promise<DetectionDrain> =>
  drainWithDetection(scenario, waiting, settings, {
    startWorkers: () =>
      startDetection({ ...stack.roleEnvironment('detection'), REDIS_URL: scenario.redis.url }, settings),
    watched: stack.watched('kafka', 'kms'),
  });

/**
 * As many accounts as fill detection's memory, each met once: what it costs when
 * no history is in memory, and the most memory that detection takes.
 */
async function drainFirstTouches(context: BenchContext, scenario: Scenario): Promise<DetectionDrain> {
  const { settings, say } = context;
  const { residentAccounts } = settings;
  const population = { ...scenario.population, active: residentAccounts };
  // Behind those that the rounds were about.
  const maker = createTransactionMaker(population, {
    account: scenario.population.active * (settings.repeats + 1),
    transaction: (settings.warmRecords + settings.timedRecords) * (settings.repeats + 1),
  });
  const waiting = await fillFor({ ...scenario, population, maker }, residentAccounts);
  const figures = await detect(context, scenario, waiting);
  const peaks = figures.workerPeakResidentMb.join(' + ');
  say(`(f) detection, each account for the first time: ${shownDrain(figures)}, peak memory ${peaks} MiB`);
  return figures;
}

async function runSweep(
  { settings, say }: BenchContext,
  passthrough: PassthroughRunner,
  waiting: Waiting,
): Promise<DrainResults['passthroughSweep']> {
  const sweep: PassthroughDrain[] = [];
  for (const batchMaxRecords of settings.sweepBatchRecords) {
    const figures = await passthrough.drain(waiting, batchMaxRecords);
    say(`(a) passthrough in batches of ${batchMaxRecords}: ${shownDrain(figures)}`);
    sweep.push(figures);
  }
  return sweep;
}

const bestOf = (sweep: DrainResults['passthroughSweep']): number | undefined =>
  sweep.toSorted((x, y) => y.txPerSecond - x.txPerSecond)[0]?.batchMaxRecords;
