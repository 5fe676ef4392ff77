import { randomUUID } from 'node:crypto';
import { streams, WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { LogState } from '@weir/verdicts';
import type { StoredPosition, WindowStore } from '@weir/windows';
import type { DetectionParts } from './detection-parts.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { planTakeover } from './plan-takeover.ts';
import { createLogBeginning, readLogOpening } from './read-log-opening.ts';
import type { LogBeginning } from './read-log-opening.ts';
import { followJournal, readPublished } from './read-published.ts';

const topic = streams.received.topic;

/** How damaged windows are known again: by S as their writer knew it, and by its token, for a step may still have moved S. */
export type DamagedWindows = { readonly stored: StoredPosition | undefined; readonly writer: string };

/** What a take-over may know beforehand. */
export type TakeoverCause = {
  /** The first record the consumer was given: on a new log it names the log. */
  readonly first?: KafkaRecord;
  /** Windows this worker found damaged, where it did. */
  readonly damaged?: DamagedWindows;
  /** What a worker has seen of the log's beginning already. */
  readonly beginning?: LogBeginning;
  /** Whether somebody still wants the partition: asked again before anything is done that others notice. */
  readonly isWanted?: () => boolean;
};

/**
 * Takes a partition over: fences every earlier owner, then reads the published
 * position P and the stored position S, and starts where both allow. Answers
 * undefined where nothing says yet which log this is: nothing has been published,
 * and the first record has not been given.
 *
 * Windows found damaged are forgotten and rebuilt from the log, but only where
 * they are still as this worker left them: behind its back they may have become
 * another worker's, whole and well.
 *
 * Throws WeirError with recovery `halt` where only a person can go on, and
 * `partition_revoked` where the partition is no longer wanted.
 */
export async function takeOver(
  parts: DetectionParts,
  partition: number,
  cause: TakeoverCause = {},
): Promise<OwnedPartition | undefined> {
  requireWanted(partition, cause);
  const transactions = parts.openTransactions(partition);
  try {
    await transactions.fence();
    const offsets = await parts.logOffsets(partition);
    const { partitionCount } = offsets;
    const published = await readPublished(parts, partition, transactions, partitionCount);
    const log = await identifyLog(parts, partition, { ...cause, ...offsets, published: published?.log });
    if (log === undefined) {
      await transactions.discard();
      return undefined;
    }
    if (partitionCount !== log.partitionCount) {
      throw new WeirError(
        'log_partition_count_changed',
        `${topic} has ${partitionCount} partitions but its log was made with ${log.partitionCount}; see the runbook "partition count changed"`,
      );
    }
    if (published !== undefined) await followJournal(parts, partition, transactions, published);
    const windowPlan = await parts.resolvePlan(log.versions.windowPlan);
    await parts.resolveJudge(log, windowPlan);
    await parts.resolveTeamModel(log.versions, windowPlan);
    const store = await parts.openStore(log);
    const stored = await readStored(parts, store, partition, cause.damaged);
    const found = { stored: stored?.next, published: published?.next };
    let plan = planTakeover({ ...found, ...offsets });
    // The log may have grown since its end was read, and its positions with it: that is no fault.
    if (plan.kind === 'halt') plan = planTakeover({ ...found, ...(await parts.logOffsets(partition)) });
    if (plan.kind === 'halt') throw new WeirError(plan.code, `${topic}-${partition}: ${plan.message}`);
    if (plan.clear) {
      requireWanted(partition, cause);
      await store.clear(partition);
    }
    parts.observe.nowInForce(log, undefined);
    parts.observe.tookOver(partition, { ...plan, ...found });
    return {
      partition,
      plan: windowPlan,
      transactions,
      store,
      histories: parts.histories.share(),
      token: randomUUID(),
      appendFrom: plan.appendFrom,
      publishFrom: plan.publishFrom,
      position: plan.from,
      stored: plan.clear ? undefined : stored,
      log,
    };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}

/** S, or undefined where what is stored can't be used and has to be forgotten. */
async function readStored(
  parts: DetectionParts,
  store: WindowStore,
  partition: number,
  damaged: DamagedWindows | undefined,
): Promise<StoredPosition | undefined> {
  const stored = await store.position(partition);
  if (damaged === undefined || stored === undefined) return stored;
  const isAsKnown = stored.next === damaged.stored?.next && stored.token === damaged.stored.token;
  if (!isAsKnown && stored.token !== damaged.writer) return stored;
  parts.observe.windowsDamaged(partition, { stored: stored.next });
  return undefined;
}

/** Throws WeirError `partition_revoked`: others may have the partition by now, and would be fenced or robbed. */
function requireWanted(partition: number, { isWanted }: TakeoverCause): void {
  if (isWanted?.() === false)
    throw new WeirError('partition_revoked', `partition ${partition} was let go while it was taken over`);
}

/**
 * The log the partition belongs to, by what was published. What the log itself
 * begins with is held against that, for the topic may have been made anew beside
 * a position or a journal that stayed; where nothing was published it names the log.
 */
async function identifyLog(
  parts: DetectionParts,
  partition: number,
  found: Pick<TakeoverCause, 'first' | 'beginning'> & {
    readonly earliest: number;
    readonly end: number;
    readonly published: LogState | undefined;
  },
): Promise<LogState | undefined> {
  const { first, earliest, end, published } = found;
  if (published === undefined && first === undefined) return undefined;
  const { beginning = createLogBeginning(parts) } = found;
  const isFirst = first !== undefined && (published === undefined || first.offset <= earliest);
  const hasBeginning = earliest === 0 && end > 0;
  const opening = isFirst
    ? await readLogOpening(parts, first)
    : hasBeginning
      ? await beginning(partition)
      : undefined;
  const log = published ?? opening;
  if (log === undefined) {
    throw new WeirError(
      'log_unnamed',
      `${topic}-${partition} does not begin with the record that names its log; open the log first`,
    );
  }
  requireSameLog(partition, log, opening);
  return log;
}

/** Throws WeirError `log_other` where the log begins with another name than it went by. */
export function requireSameLog(
  partition: number,
  { logId }: Pick<LogState, 'logId'>,
  opening: LogState | undefined,
): void {
  if (opening === undefined || opening.logId === logId) return;
  throw new WeirError(
    'log_other',
    `${topic}-${partition} begins as log ${opening.logId}, but what was published belongs to log ${logId}; see the runbook "another log"`,
  );
}
