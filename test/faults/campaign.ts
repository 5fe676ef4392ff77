import { streams } from '@weir/contracts';
import type { RedisConnection } from '@weir/window-store';
import { defaultWindowPlan } from '@weir/windows';
import type { IngestCounts } from './check/check-ledgers.ts';
import { emptyHistory } from './check/history.ts';
import type { History, HistoryPart, PlacedRecord, SentTransaction, Violation } from './check/history.ts';
import { runChecks } from './check/run-checks.ts';
import { createLoadGenerator } from './load/generate-load.ts';
import type { LoadGenerator } from './load/generate-load.ts';
import type { CopiedRecord } from './load/plant-foreign.ts';
import { joinHistory, readHistory } from './read/read-history.ts';
import type { ReadPositions } from './read/read-history.ts';
import { readWindows } from './read/read-windows.ts';
import { detectionGroup } from './read/watch-positions.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';
import { mailDomain, mailRecipient } from './stack/start-fault-stack.ts';
import type { FaultStack } from './stack/start-fault-stack.ts';

/** What is known of a run so far. */
export type Campaign = {
  readonly seed: string;
  readonly stack: FaultStack;
  readonly generator: LoadGenerator;
  readonly sends: SentTransaction[];
  readonly planted: PlacedRecord[];
  readonly ingest: IngestCounts[];
  /** What workers did that nobody told them to. */
  readonly workerEnds: WorkerEnd[];
  readonly violations: Violation[];
  /** Read from the topics, up to `positions`. */
  part: HistoryPart;
  positions: ReadPositions;
  /** Decisions below have had their windows recomputed. */
  windowsCheckedTo: ReadonlyMap<number, number>;
  /** A record of the log that strangers make theirs of. */
  copied: CopiedRecord | undefined;
  readonly signal: AbortSignal;
};

export function createCampaign(
  seed: string,
  stack: FaultStack,
  workerEnds: WorkerEnd[],
  signal: AbortSignal,
): Campaign {
  return {
    seed,
    stack,
    generator: createLoadGenerator(seed),
    sends: [],
    planted: [],
    ingest: [],
    workerEnds,
    violations: [],
    part: emptyHistory,
    positions: {},
    windowsCheckedTo: new Map(),
    copied: undefined,
    signal,
  };
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

/** Reads on from where the last reading ended. */
export async function readOn(campaign: Campaign): Promise<void> {
  const { part, positions } = await readHistory(campaign.stack.observer, campaign.positions);
  campaign.part = joinHistory(campaign.part, part);
  campaign.positions = positions;
}

/**
 * Holds every rule against `part`. Answers what no earlier look has found; the
 * windows of decisions checked before are recomputed only where `allWindows`.
 */
export async function findViolations(
  campaign: Campaign,
  part: HistoryPart = campaign.part,
  allWindows = false,
): Promise<Violation[]> {
  const { sends, planted, stack, ingest } = campaign;
  const history: History = { ...part, sends, planted };
  const logId = part.log.flatMap((entry) => (entry.kind === 'control' ? [entry.logId] : []))[0];
  if (logId === undefined) throw new Error('The log has no record that names it.');
  const violations = await runChecks({
    history,
    partitions: await partitionStates(stack),
    ingest,
    mails: { domain: mailDomain, recipient: mailRecipient, deliveries: stack.mails.deliveries },
    plan: defaultWindowPlan,
    readStored: (accounts) => readStored(stack, logId, [...accounts.keys()]),
    windowsCheckedTo: allWindows ? new Map() : campaign.windowsCheckedTo,
  });
  const known = new Set(campaign.violations.map((one) => JSON.stringify(one)));
  return violations.filter((one) => !known.has(JSON.stringify(one)));
}

/** By accounts as the checkers name them: partition and pseudonym. */
function readStored(stack: FaultStack, logId: string, names: readonly string[]) {
  const accounts = Map.groupBy(
    names.map((name) => name.split(' ') as [string, string]),
    ([partition]) => Number(partition),
  );
  const byPartition = new Map(
    [...accounts].map(([partition, pairs]) => [partition, pairs.map(([, account]) => account)]),
  );
  return withRedis(stack, (redis) =>
    readWindows(redis, { logId, windowSet: defaultWindowPlan.ref }, byPartition),
  );
}

async function partitionStates({ observer }: FaultStack) {
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
