import type { BenchContext } from './bench-context.ts';
import type { DrainFigures } from './measure-drain.ts';
import { createPassthroughRunner } from './passthrough-runner.ts';
import type { PassthroughRunner } from './passthrough-runner.ts';
import { median, round } from './process-usage.ts';
import { meanValueBytes } from './read-outputs.ts';
import { drainWithDetection, fillFor, preloadScenario } from './scenario.ts';
import type { DetectionDrain, Scenario, Waiting } from './scenario.ts';
import { populationOf } from './settings.ts';
import type { PopulationName } from './settings.ts';
import { startDetection } from './workers.ts';

/** Which of the drains are wanted, by the letters of the parts. */
export type WantedDrains = {
  readonly a: boolean;
  readonly b: boolean;
  readonly c: boolean;
  readonly f: boolean;
};

/** The repeats of one thing that was measured, and their median. */
export type Repeated<Figures extends DrainFigures> = {
  readonly txPerSecond: number;
  /** Time and CPU per transaction, both in ms; of the CPU all processes that are named. */
  readonly msPerTx: number;
  readonly cpuMsPerTx: number;
  readonly repeats: readonly Figures[];
};

export type DrainResults = {
  readonly sweep: readonly { readonly batchMaxRecords: number; readonly figures: DrainFigures }[];
  readonly passthrough?: Repeated<DrainFigures>;
  readonly detection?: Repeated<DetectionDrain>;
  readonly growth: Readonly<Partial<Record<PopulationName, Repeated<DetectionDrain>>>>;
  readonly redisBytesPerRecord: Readonly<Partial<Record<PopulationName, number>>>;
  readonly recordBytes?: { readonly received: number; readonly cleared: number };
};

const base: PopulationName = 'history50';

export function repeated<Figures extends DrainFigures>(repeats: readonly Figures[]): Repeated<Figures> {
  const txPerSecond = round(median(repeats.map((one) => one.txPerSecond)), 1);
  return {
    txPerSecond,
    msPerTx: round(1_000 / txPerSecond, 5),
    cpuMsPerTx: round(median(repeats.map(({ cpuMsPerTx }) => cpuMsPerTx['total'] ?? Number.NaN)), 5),
    repeats,
  };
}

/** Runs the drains that are wanted, in turns, so that whatever changes on the machine meets them all. */
export async function runDrains(context: BenchContext, wanted: WantedDrains): Promise<DrainResults> {
  const { settings, stack, say } = context;
  const names: PopulationName[] = wanted.f ? ['history1000', 'history10000', 'history100000', base] : [base];
  const scenarios = new Map<PopulationName, Scenario>();
  for (const name of names) {
    say(`Preloading ${name}`);
    scenarios.set(name, await preloadScenario(populationOf(settings, name), stack.log, stack.redis));
  }
  await stack.redis.compact();
  const baseScenario = scenarioOf(scenarios, base);

  const detect = (scenario: Scenario, waiting: Waiting): Promise<DetectionDrain> =>
    drainWithDetection(scenario, waiting, settings, {
      startWorkers: () =>
        startDetection({ ...stack.roleEnvironment('detection'), REDIS_URL: scenario.redis.url }, settings),
      watched: stack.watched('kafka', 'kms'),
    });

  const first = await fillFor(baseScenario, settings.warmRecords + settings.timedRecords);
  say('Draining once, unmeasured, to see what detection writes');
  await detect(baseScenario, first);
  const recordBytes = {
    received: await meanValueBytes(stack.log, 'received', 200),
    cleared: await meanValueBytes(stack.log, 'cleared', 200),
  };
  const passthrough = await createPassthroughRunner(stack, stack.log, settings, recordBytes.cleared);
  const sweep = wanted.a ? await runSweep(context, passthrough, first) : [];
  const best = bestOf(sweep) ?? settings.batchMaxRecords;

  const passed: DrainFigures[] = [];
  const detected = new Map<PopulationName, DetectionDrain[]>();
  for (let round = 1; round <= settings.repeats; round += 1) {
    for (const [name, scenario] of scenarios) {
      if (name === base ? !(wanted.a || wanted.b || wanted.f) : !wanted.f) continue;
      const waiting = await fillFor(scenario, settings.warmRecords + settings.timedRecords);
      const pass = async (): Promise<void> => {
        const figures = await passthrough.drain(waiting, best);
        passed.push(figures);
        say(`Round ${round}, (a) passthrough: ${shown(figures)}`);
      };
      const passes = name === base && wanted.a;
      // Who comes first changes from round to round.
      if (passes && round % 2 === 1) await pass();
      const figures = await detect(scenario, waiting);
      detected.set(name, [...(detected.get(name) ?? []), figures]);
      say(`Round ${round}, detection at ${name}: ${shown(figures)}, ${percent(figures.heldFraction)} held`);
      if (passes && round % 2 === 0) await pass();
    }
  }
  const results = [...detected].map(([name, repeats]) => [name, repeated(repeats)] as const);
  const growth = Object.fromEntries(results) as DrainResults['growth'];
  return {
    sweep,
    recordBytes,
    ...(passed.length === 0 ? {} : { passthrough: repeated(passed) }),
    ...(growth[base] === undefined ? {} : { detection: growth[base] }),
    growth,
    redisBytesPerRecord: Object.fromEntries(
      [...scenarios].map(([name, { redisBytesPerRecord }]) => [name, round(redisBytesPerRecord, 2)]),
    ),
  };
}

function scenarioOf(scenarios: ReadonlyMap<PopulationName, Scenario>, name: PopulationName): Scenario {
  const found = scenarios.get(name);
  if (found === undefined) throw new Error(`${name} has not been preloaded`);
  return found;
}

async function runSweep(
  { settings, say }: BenchContext,
  passthrough: PassthroughRunner,
  waiting: Waiting,
): Promise<DrainResults['sweep']> {
  const sweep: { batchMaxRecords: number; figures: DrainFigures }[] = [];
  for (const batchMaxRecords of settings.sweepBatchRecords) {
    const figures = await passthrough.drain(waiting, batchMaxRecords);
    say(`(a) passthrough in batches of ${batchMaxRecords}: ${shown(figures)}`);
    sweep.push({ batchMaxRecords, figures });
  }
  return sweep;
}

const bestOf = (sweep: DrainResults['sweep']): number | undefined =>
  sweep.toSorted((x, y) => y.figures.txPerSecond - x.figures.txPerSecond)[0]?.batchMaxRecords;

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

const shown = ({ txPerSecond, cpuMsPerTx }: DrainFigures): string =>
  `${txPerSecond.toFixed(0)} tx/s, CPU-ms per tx ${Object.entries(cpuMsPerTx)
    .map(([name, ms]) => `${name} ${ms.toFixed(4)}`)
    .join(', ')}`;
