import { streams } from '@weir/contracts';
import type { RedisConnection } from '@weir/window-store';
import { defaultWindowPlan } from '@weir/windows';
import { checkAlerts, latestAlerts } from '../history-checks/check-alerts.ts';
import type { KnownAlerts } from '../history-checks/check-alerts.ts';
import { checkDeliveries } from '../history-checks/check-deliveries.ts';
import type { RememberedAccounts } from '../history-checks/check-windows.ts';
import { emptyHistory, emptyPart } from '../history-checks/history.ts';
import type {
  History,
  HistoryPart,
  PlacesByPartition,
  PlantedRecord,
  SentTransaction,
  Violation,
} from '../history-checks/history.ts';
import type { IngestCounts, PartitionState } from './check/check-ledgers.ts';
import { checkRepeatedMails } from './check/check-mails.ts';
import { runChecks } from './check/run-checks.ts';
import { createLoadGenerator } from './load/generate-load.ts';
import type { LoadGenerator } from './load/generate-load.ts';
import type { CopiedRecord } from './load/plant-foreign.ts';
import { mailInterruptions } from './plan/fault-kinds.ts';
import type { RoundPlan } from './plan/plan-rounds.ts';
import { joinHistory, readHistory } from './read/read-history.ts';
import type { ReadPositions } from './read/read-history.ts';
import { readWindows } from './read/read-windows.ts';
import { detectionGroup } from './read/watch-positions.ts';
import { openRulesetBook } from './rules/plan-acts.ts';
import type { RulesetBook } from './rules/plan-acts.ts';
import type { RulesetDesk } from './rules/ruleset-desk.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';
import { logPartitions } from './stack/start-fault-stack.ts';
import type { FaultStack } from './stack/start-fault-stack.ts';

/** What a round brought: what was sent, and what has been read of it. */
export type RoundBooks = {
  /** Up to where everything had been read, and judged, before it. */
  readonly from: ReadPositions;
  readonly sends: SentTransaction[];
  readonly planted: PlantedRecord[];
  readonly ingest: IngestCounts[];
  /** The mails before it, and how often it may keep alerting from noting one. */
  readonly mailsBefore: ReadonlyMap<string, number>;
  readonly mailInterruptions: number;
  part: HistoryPart;
};

/** What is known of a run so far. */
export type Campaign = {
  readonly seed: string;
  readonly stack: FaultStack;
  /** Where rulesets and lists change, and what has come of it. */
  readonly desk: RulesetDesk;
  readonly rulesets: RulesetBook;
  readonly generator: LoadGenerator;
  /** Of the files that were fed beside the steady load. */
  readonly fileGenerators: LoadGenerator[];
  readonly signal: AbortSignal;
  /** The latest rounds, this one last: repeats in it are about these and none before. */
  readonly recent: RoundBooks[];
  /** Of all rounds. */
  readonly sends: SentTransaction[];
  readonly planted: PlantedRecord[];
  readonly ingest: IngestCounts[];
  /** What workers did that nobody told them to. */
  readonly workerEnds: WorkerEnd[];
  readonly violations: Violation[];
  /** Read up to here. */
  positions: ReadPositions;
  /** The remembered transactions of what has been judged. */
  accounts: RememberedAccounts;
  /** The alerts as rounds left them that are no longer among the latest. */
  earlierAlerts: KnownAlerts;
  /** How many records of each kind have been read. */
  readonly counts: Record<
    'log' | 'cleared' | 'held' | 'flagged' | 'released' | 'rejected' | 'alerts',
    number
  >;
  /** The log's name. */
  readonly logId: string;
  /** A record of the log that strangers make theirs of. */
  copied: CopiedRecord | undefined;
};

/** A repeat is of one of the last few thousand sends, which are two rounds at most. */
const roundsLookedBackOn = 3;

export function createCampaign(options: {
  readonly seed: string;
  readonly stack: FaultStack;
  readonly logId: string;
  /** The ruleset the log was opened with. */
  readonly openedWith: string;
  readonly desk: RulesetDesk;
  readonly workerEnds: WorkerEnd[];
  readonly signal: AbortSignal;
}): Campaign {
  const { openedWith, ...known } = options;
  return {
    ...known,
    rulesets: openRulesetBook(openedWith),
    generator: createLoadGenerator(options.seed),
    fileGenerators: [],
    recent: [],
    sends: [],
    planted: [],
    ingest: [],
    violations: [],
    positions: {},
    accounts: new Map(),
    earlierAlerts: new Map(),
    counts: { log: 0, cleared: 0, held: 0, flagged: 0, released: 0, rejected: 0, alerts: 0 },
    copied: undefined,
  };
}

/** Opens the books of a round, and closes those that no later one looks back on. */
export function openBooks(campaign: Campaign, { faults }: RoundPlan): RoundBooks {
  const { recent, positions, stack } = campaign;
  if (recent.length > roundsLookedBackOn) {
    campaign.earlierAlerts = latestAlerts(recent.shift()?.part ?? emptyPart, campaign.earlierAlerts);
  }
  const books: RoundBooks = {
    from: positions,
    sends: [],
    planted: [],
    ingest: [],
    mailsBefore: new Map(stack.mails.deliveries),
    mailInterruptions: faults.reduce((sum, { kind }) => sum + mailInterruptions[kind], 0),
    part: emptyPart,
  };
  recent.push(books);
  return books;
}

/** What the rounds brought that are still looked back on, and where that begins: what lies before is not missing. */
const recentHistory = (recent: Campaign['recent']) => ({
  ...joinHistory(recent.map(({ part }) => part)),
  start: recent[0]?.from.received ?? new Map<number, number>(),
});

/** Reads on from where the last reading ended. */
export async function readOn(campaign: Campaign, books: RoundBooks): Promise<void> {
  const { part, positions } = await readHistory(campaign.stack.observer, campaign.positions);
  books.part = joinHistory([books.part, part]);
  campaign.positions = positions;
  const { counts } = campaign;
  counts.log += part.log.length;
  counts.rejected += part.rejected.length;
  counts.alerts += part.alerts.length;
  for (const { outcome } of part.published) counts[outcome] += 1;
}

/**
 * Holds every rule against what a round brought. Answers what no earlier look
 * has found, and what to remember once the round is judged.
 */
export async function judgeRound(campaign: Campaign, books: RoundBooks) {
  const { recent, accounts, earlierAlerts } = campaign;
  const history: History = {
    ...recentHistory(recent),
    judgeFrom: books.from.received ?? new Map(),
    sends: recent.flatMap(({ sends }) => sends),
    planted: recent.flatMap(({ planted }) => planted),
  };
  const ingest = recent.flatMap((round) => round.ingest);
  const known = { accounts, earlierAlerts, ingest, windowsFrom: history.judgeFrom };
  const judged = await judge(campaign, history, known);
  const repeated = checkRepeatedMails({
    before: books.mailsBefore,
    interruptions: books.mailInterruptions,
    earlierInterruptions: recent.at(-2)?.mailInterruptions ?? 0,
    deliveries: campaign.stack.mails.deliveries,
  });
  return { ...judged, violations: [...judged.violations, ...repeated] };
}

/** Whether everything that people have to be told of is in an alert, and each alert in a mail. */
export function isTold({ recent, earlierAlerts, stack }: Campaign): boolean {
  const history = { ...emptyHistory, ...recentHistory(recent) };
  const alerts = latestAlerts(history, earlierAlerts);
  const missing = [
    ...checkAlerts(history, earlierAlerts),
    ...checkDeliveries(alerts, stack.mails.messages()),
  ];
  return missing.every(({ damage }) => damage !== 'lost');
}

/**
 * Holds every rule against all there is, read anew from the topics' beginning.
 * Only the windows of decisions that were recomputed in their round are left.
 */
export function judgeAll(campaign: Campaign, part: HistoryPart) {
  const { sends, planted } = campaign;
  const history: History = { ...part, start: new Map(), judgeFrom: new Map(), sends, planted };
  const windowsFrom = campaign.positions.received ?? new Map<number, number>();
  const { ingest } = campaign;
  return judge(campaign, history, { accounts: new Map(), earlierAlerts: new Map(), ingest, windowsFrom });
}

async function judge(
  campaign: Campaign,
  history: History,
  known: {
    readonly accounts: RememberedAccounts;
    readonly earlierAlerts: KnownAlerts;
    readonly ingest: readonly IngestCounts[];
    readonly windowsFrom: PlacesByPartition;
  },
): Promise<{ readonly violations: readonly Violation[]; readonly accounts: RememberedAccounts }> {
  const { stack } = campaign;
  const { violations, accounts } = await runChecks({
    history,
    earlier: known.accounts,
    windowsFrom: known.windowsFrom,
    ingest: known.ingest,
    partitions: await partitionStates(stack),
    mails: stack.mails.messages(),
    earlierAlerts: known.earlierAlerts,
    plans: [defaultWindowPlan],
    readStored: (names) => readStored(campaign, [...names.keys()]),
  });
  const told = new Set(campaign.violations.map((one) => JSON.stringify(one)));
  return { accounts, violations: violations.filter((one) => !told.has(JSON.stringify(one))) };
}

/** By accounts as the checkers name them, partition and pseudonym, in every partition there is. */
function readStored({ stack, logId }: Campaign, names: readonly string[]) {
  const pairs = names.map((name) => name.split(' ') as [string, string]);
  const accounts = Array.from({ length: logPartitions }, (_, partition) =>
    pairs.flatMap(([where, account]) => (Number(where) === partition ? [account] : [])),
  );
  const log = { logId, windowSet: defaultWindowPlan.ref };
  return withRedis(stack, (redis) => readWindows(redis, log, accounts));
}

/** Uses a connection of its own to Redis. */
export async function withRedis<Answer>(
  stack: FaultStack,
  use: (redis: RedisConnection) => Promise<Answer>,
): Promise<Answer> {
  const redis = await stack.redis.connect();
  try {
    return await use(redis);
  } finally {
    await redis.close();
  }
}

async function partitionStates({ observer }: FaultStack): Promise<PartitionState[]> {
  const [offsets, positions] = await Promise.all([
    observer.kafka.offsets(streams.received.topic),
    observer.kafka.groupPositions(detectionGroup, streams.received.topic),
  ]);
  return offsets.map(({ partition, earliest, end }) => ({
    partition,
    earliest,
    end,
    published: positions.find((one) => one.partition === partition)?.next,
  }));
}
