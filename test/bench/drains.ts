import { hasTimeFor } from './bench-context.ts';
import type { BenchContext } from './bench-context.ts';
import { recordsPerAppend } from './bench-log.ts';
import { createTransactionMaker } from './make-transactions.ts';
import { createPassthroughRunner } from './passthrough-runner.ts';
import type { PassthroughDrain } from './passthrough-runner.ts';
import { alone, preloadPopulations, scenarioOf } from './preload-populations.ts';
import type { Preloaded } from './preload-populations.ts';
import { round } from './process-usage.ts';
import { meanBytes } from './read-outputs.ts';
import { repeated, shownDrain, shownFraction } from './repeated.ts';
import type { Repeated } from './repeated.ts';
import { drainWithDetection, fillFor } from './scenario.ts';
import type { DetectionDrain, Scenario, Waiting } from './scenario.ts';
import type { PopulationName } from './settings.ts';
import { fastestOf, shownBatching, sweepPassthrough } from './sweep-passthrough.ts';
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
  /** Mean sizes: of the values, envelopes included, and of an append to the log. */
  readonly valueBytes: { readonly received: number; readonly cleared: number };
  readonly appendBytes: number;
  /** (a), and what its batching was chosen by. */
  readonly passthroughSweep: readonly PassthroughDrain[];
  readonly passthrough: Repeated<PassthroughDrain> | undefined;
  /** (b) is the one at history50. */
  readonly detection: Readonly<Partial<Record<PopulationName, Repeated<DetectionDrain>>>>;
  /** (c) */
  readonly unsealed: Repeated<DetectionDrain> | undefined;
  readonly preloaded: Preloaded;
  /** Of history50 once more, in the log that (c) reads. */
  readonly unsealedRedisBytesPerRecord: number | undefined;
  /** Every transaction the first of its account since the start, among 1,000,000. */
  readonly firstTouches1000000: DetectionDrain | undefined;
};

const base: PopulationName = 'history50';
/** In the order of a round, those that are compared side by side. */
const grown: readonly PopulationName[] = [
  base,
  'history1000',
  'history10000',
  'history100000',
  'accounts10',
  'accounts100000',
  alone,
  'accounts1000',
];

/**
 * Runs the drains that are wanted, in turns, so that whatever changes on the
 * machine meets them all. `onMeasured` is given what there is after each round.
 */
export async function runDrains(
  context: BenchContext,
  wanted: WantedDrains,
  onMeasured: (results: DrainResults) => void,
): Promise<DrainResults> {
  const { settings, stack, say } = context;
  const { scenarios, preloaded } = await preloadPopulations(context, wanted.f ? grown : [base]);
  const baseScenario = scenarioOf(scenarios, base);
  const unsealed = wanted.c ? await createUnsealedRunner(context) : undefined;
  await stack.redis.compact();

  const records = settings.warmRecords + settings.timedRecords;
  const first = await fillFor(baseScenario, records);
  say('Draining once, unmeasured, to see how large verdicts are');
  await detect(context, baseScenario, first);
  const [received, cleared] = [
    await meanBytes(stack.log, 'received', 200),
    await meanBytes(stack.log, 'cleared', 200),
  ];
  const appendBytes = recordsPerAppend * received.record;
  say(
    `The log came in appends of ${recordsPerAppend} records, ${Math.round(appendBytes / 1_024)} KiB each; ` +
      'a transaction takes no more records than the appends that one fetch of a partition holds whole',
  );
  const passthrough = await createPassthroughRunner(stack, settings, cleared.value);
  const passthroughSweep = wanted.a ? await sweepPassthrough(context, passthrough, first) : [];
  const best = fastestOf(passthroughSweep, 'asDetection')?.batching;

  const passed: PassthroughDrain[] = [];
  const opened: DetectionDrain[] = [];
  const detected = new Map<PopulationName, DetectionDrain[]>();
  let firstTouches1000000: DetectionDrain | undefined;
  const soFar = (): DrainResults => ({
    valueBytes: { received: received.value, cleared: cleared.value },
    appendBytes,
    passthroughSweep,
    passthrough: passed.length === 0 ? undefined : repeated(passed),
    detection: Object.fromEntries([...detected].map(([name, repeats]) => [name, repeated(repeats)])),
    unsealed: opened.length === 0 ? undefined : repeated(opened),
    preloaded,
    unsealedRedisBytesPerRecord: unsealed === undefined ? undefined : round(unsealed.redisBytesPerRecord, 2),
    firstTouches1000000,
  });
  const detectAt = async (name: PopulationName, scenario: Scenario, waiting: Waiting): Promise<void> => {
    const figures = await detect(context, scenario, waiting);
    detected.set(name, [...(detected.get(name) ?? []), figures]);
    const label = name === base ? '(b) detection' : '(f) detection';
    say(`${label} at ${name}: ${shownDrain(figures)}, ${shownFraction(figures.heldFraction)} held`);
  };
  onMeasured(soFar());
  for (let turn = 1; turn <= settings.repeats; turn += 1) {
    if (turn > 1 && !hasTimeFor(context, 'drains')) break;
    say(`Round ${turn} of ${settings.repeats}`);
    // Who comes first changes from round to round.
    const ordered = <Item>(items: readonly Item[]): readonly Item[] =>
      turn % 2 === 1 ? items : items.toReversed();
    const compareAtBase = async (): Promise<void> => {
      const waiting = await fillFor(baseScenario, records);
      const steps = [
        async () => {
          if (best === undefined) return;
          passed.push(await passthrough.drain(waiting, best));
          say(`(a) passthrough, ${shownBatching(best)}: ${shownDrain(passed.at(-1))}`);
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
      for (const step of ordered(steps)) await step();
    };
    for (const [name, scenario] of ordered([...scenarios]))
      await (name === base ? compareAtBase() : detectAt(name, scenario, await fillFor(scenario, records)));
    onMeasured(soFar());
  }
  if (wanted.f) firstTouches1000000 = await drainFirstTouches(context, scenarioOf(scenarios, alone));
  return soFar();
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
