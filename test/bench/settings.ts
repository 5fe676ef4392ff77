import { defaultRuleset } from '@weir/rules';
import { detectionConfig } from '../../services/detection/src/config.ts';
import { madePlaces } from './population.ts';
import type { AccountPlaces, Population } from './population.ts';
import { replaySettings } from './replay/replay-settings.ts';
import type { ReplaySettings } from './replay/replay-settings.ts';

/** How large a run is. `full` is what figures are made with; `quick` proves that everything runs. */
export type BenchSettings = {
  readonly size: 'full' | 'quick';
  readonly repeats: number;
  readonly partitions: number;
  /** Processes of detection, and of what it is compared with. */
  readonly processes: number;
  /** What detection's batches are bounded by: its own defaults, unless an option says otherwise. */
  readonly batchMaxRecords: number;
  readonly batchLingerMs: number;
  /** Which of the two an option said. The other is left to detection. */
  readonly overridden: readonly ('batchMaxRecords' | 'batchLingerMs')[];
  /** What detection decides by: the ruleset a log is opened with, unless an option says otherwise. */
  readonly ruleset: string;
  /** How many accounts and counterparties its model knows; 0: there is none. */
  readonly modelEntries: number;
  /** Given to Node for every worker, behind those of `npm start`, whose place they take. */
  readonly nodeArguments: readonly string[];
  /** What the bare passthrough is tried with; the best counts. */
  readonly sweep: {
    /** With detection's linger and without. */
    readonly batchRecords: readonly number[];
    /** Without linger and with fetches that bring more of a partition at once than detection's do, for comparison alone. */
    readonly widerFetch: { readonly maxBytesPerPartition: number; readonly batchRecords: readonly number[] };
  };
  /** Records drained before the clock starts, and of them those that only warm the compiler. */
  readonly warmRecords: number;
  readonly coldFromRecords: number;
  readonly timedRecords: number;
  /** The most accounts that the measured transactions of one drain belong to. */
  readonly activeAccounts: number;
  /** Accounts each seen once by the drain that shows how large detection grows. */
  readonly residentAccounts: number;
  readonly populations: Readonly<Record<PopulationName, PopulationSize>>;
  /** The open loop of (e). */
  readonly latency: { readonly txPerSecond: number; readonly warmSeconds: number; readonly seconds: number };
  /** Of (g): how many activations are timed, and how long the lists are that are imported. */
  readonly rollouts: { readonly activations: number; readonly listEntries: readonly number[] };
  /** Of (h): held transactions when little happens, and in a storm, and how long what it tells is looked at. */
  readonly alerts: {
    readonly quietHeld: number;
    readonly quietPerSecond: number;
    readonly stormHeld: number;
    readonly stormAccounts: number;
    readonly stormSeconds: number;
    readonly watchSeconds: number;
  };
  /** Of (i). */
  readonly replays: ReplaySettings;
  /** The search of (d) for the highest rate, and how long and how often it has to be held. */
  readonly endToEnd: {
    readonly fromTxPerSecond: number;
    readonly trialSeconds: number;
    readonly trials: number;
    readonly holdSeconds: number;
    readonly holds: number;
  };
  /** No repeat of a part begins later than this, so that a slow machine is done within 25 minutes, too. */
  readonly repeatUntilSeconds: Readonly<Record<'drains' | 'latency' | 'endToEnd', number>>;
  /** Everything that has to end does so by then. */
  readonly drainDeadlineMs: number;
};

/** Named after what they are in a full run. */
export const populationNames = [
  'history1000',
  'history50',
  'history10000',
  'history100000',
  'accounts10',
  'accounts1000',
  'accounts100000',
  'accounts1000000',
  'endToEnd',
] as const;
export type PopulationName = (typeof populationNames)[number];

type PopulationSize = Pick<Population, 'accounts' | 'history'>;

const full: BenchSettings = {
  size: 'full',
  repeats: 3,
  partitions: 4,
  processes: 1,
  batchMaxRecords: detectionConfig.shape.BATCH_MAX_RECORDS.parse(undefined),
  batchLingerMs: detectionConfig.shape.BATCH_LINGER_MS.parse(undefined),
  overridden: [],
  ruleset: defaultRuleset.ref,
  modelEntries: 0,
  nodeArguments: [],
  sweep: {
    batchRecords: [500, 1_000, 2_000],
    // kafkajs takes at most 10 MiB at once, over all partitions.
    widerFetch: { maxBytesPerPartition: 2_621_440, batchRecords: [1_000, 2_000] },
  },
  warmRecords: 20_000,
  coldFromRecords: 8_000,
  timedRecords: 60_000,
  activeAccounts: 20_000,
  residentAccounts: 160_000,
  populations: {
    history50: { accounts: 20_000, history: 50 },
    endToEnd: { accounts: 20_000, history: 50 },
    history1000: { accounts: 1_000, history: 1_000 },
    history10000: { accounts: 10, history: 10_000 },
    history100000: { accounts: 10, history: 100_000 },
    // The two before it differ from this one in their history alone.
    accounts10: { accounts: 10, history: 50 },
    accounts1000: { accounts: 1_000, history: 10 },
    accounts100000: { accounts: 100_000, history: 10 },
    accounts1000000: { accounts: 1_000_000, history: 10 },
  },
  latency: { txPerSecond: 1_000, warmSeconds: 10, seconds: 20 },
  rollouts: { activations: 100, listEntries: [1_000] },
  alerts: {
    ...{ quietHeld: 200, quietPerSecond: 2 },
    ...{ stormHeld: 100_000, stormAccounts: 5_000, stormSeconds: 60, watchSeconds: 720 },
  },
  replays: replaySettings.full,
  endToEnd: { fromTxPerSecond: 1_500, trialSeconds: 8, trials: 8, holdSeconds: 60, holds: 3 },
  repeatUntilSeconds: { drains: 700, latency: 1_080, endToEnd: 1_400 },
  drainDeadlineMs: 240_000,
};

const quick: BenchSettings = {
  ...full,
  size: 'quick',
  repeats: 1,
  // Small enough for what few records there are not to be done between two looks.
  sweep: { batchRecords: [500], widerFetch: { ...full.sweep.widerFetch, batchRecords: [100] } },
  warmRecords: 800,
  coldFromRecords: 400,
  timedRecords: 3_200,
  activeAccounts: 400,
  residentAccounts: 4_000,
  populations: {
    history50: { accounts: 80, history: 50 },
    endToEnd: { accounts: 80, history: 50 },
    history1000: { accounts: 40, history: 100 },
    history10000: { accounts: 10, history: 200 },
    history100000: { accounts: 10, history: 400 },
    accounts10: { accounts: 10, history: 50 },
    accounts1000: { accounts: 40, history: 10 },
    accounts100000: { accounts: 400, history: 10 },
    accounts1000000: { accounts: 4_000, history: 10 },
  },
  latency: { txPerSecond: 200, warmSeconds: 2, seconds: 2 },
  rollouts: { activations: 2, listEntries: [] },
  alerts: {
    ...{ quietHeld: 6, quietPerSecond: 6 },
    ...{ stormHeld: 1_000, stormAccounts: 8, stormSeconds: 2, watchSeconds: 20 },
  },
  replays: replaySettings.quick,
  endToEnd: { fromTxPerSecond: 100, trialSeconds: 2, trials: 2, holdSeconds: 2, holds: 1 },
  drainDeadlineMs: 60_000,
};

export const settingsOf = (isQuick: boolean): BenchSettings => (isQuick ? quick : full);

/** `placesOf`: where the accounts stand in the log, made up unless it is ingest that puts them there. */
export function populationOf(
  settings: BenchSettings,
  name: PopulationName,
  placesOf: (id: number, partitions: number) => AccountPlaces = madePlaces,
): Population {
  const { partitions, activeAccounts } = settings;
  const { accounts, history } = settings.populations[name];
  const id = populationNames.indexOf(name) + 1;
  return {
    name,
    id,
    accounts,
    // Whole rounds of the partitions, so that the next active ones begin at the first of them.
    active: accounts <= activeAccounts ? accounts : activeAccounts - (activeAccounts % partitions),
    history,
    partitions,
    places: placesOf(id, partitions),
  };
}
