import { randomUUID } from 'node:crypto';
import { streams, WeirError } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { StoredPosition, WindowStore } from '@weir/windows';
import { requireRulesetWithin } from './artefacts.ts';
import { decode } from './decode.ts';
import type { DetectionParts } from './detection-parts.ts';
import type { LogState, OwnedPartition } from './owned-partition.ts';
import { planTakeover } from './plan-takeover.ts';
import { readPublished } from './read-published.ts';

const topic = streams.received.topic;

/** What a take-over may know beforehand. */
export type TakeoverCause = {
  /** The first record the consumer was given: on a new log it names the log. */
  readonly first?: KafkaRecord;
  /** S as the worker knew it when it found the windows damaged. */
  readonly damagedAt?: StoredPosition;
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
 * Throws WeirError with recovery `halt` where only a person can go on.
 */
export async function takeOver(
  parts: DetectionParts,
  partition: number,
  cause: TakeoverCause = {},
): Promise<OwnedPartition | undefined> {
  const transactions = parts.openTransactions(partition);
  try {
    await transactions.fence();
    const published = await readPublished(parts, partition, transactions);
    const offsets = await parts.logOffsets(partition);
    const { earliest, partitionCount } = offsets;
    const log = await identifyLog(parts, cause.first, earliest, published?.log);
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
    const windowPlan = await parts.resolvePlan(log.versions.windowPlan);
    requireRulesetWithin(log.versions.ruleset, windowPlan);
    const store = await parts.openStore(log);
    const stored = await readStored(parts, store, partition, cause.damagedAt);
    const found = { stored: stored?.next, published: published?.next };
    let plan = planTakeover({ ...found, ...offsets });
    // A newer owner may have gone on with a log that has grown since its end was read: that is no fault.
    if (plan.kind === 'halt') plan = planTakeover({ ...found, ...(await parts.logOffsets(partition)) });
    if (plan.kind === 'halt') throw new WeirError(plan.code, `${topic}-${partition}: ${plan.message}`);
    if (plan.clear) await store.clear(partition);
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
  damagedAt: StoredPosition | undefined,
): Promise<StoredPosition | undefined> {
  const stored = await store.position(partition);
  if (damagedAt === undefined || stored === undefined) return stored;
  if (stored.next !== damagedAt.next || stored.token !== damagedAt.token) return stored;
  parts.observe.windowsDamaged(partition, { stored: stored.next });
  return undefined;
}

/**
 * The log the partition belongs to: by what was published, and at the log's
 * beginning by the log itself, which may have been made anew since.
 */
async function identifyLog(
  parts: DetectionParts,
  first: KafkaRecord | undefined,
  earliest: number,
  published: LogState | undefined,
): Promise<LogState | undefined> {
  if (first === undefined) return published;
  const isBeginning = published === undefined || first.offset <= earliest;
  const opening = isBeginning ? await readLogOpening(parts, first) : undefined;
  const log = published ?? opening;
  if (log === undefined) {
    throw new WeirError(
      'log_unnamed',
      `${topic}-${first.partition} does not begin with the record that names its log; open the log first`,
    );
  }
  if (opening !== undefined && opening.logId !== log.logId) {
    throw new WeirError(
      'log_other',
      `${topic}-${first.partition} begins as log ${opening.logId}, but what was published belongs to log ${log.logId}; see the runbook "another log"`,
    );
  }
  return log;
}

/** The control record a new log begins with, where `first` is it. */
async function readLogOpening(parts: DetectionParts, first: KafkaRecord): Promise<LogState | undefined> {
  const [opened] = await openEvents({ ...parts.opening, stream: 'received' }, [first]);
  const decoded = opened === undefined ? undefined : decode(first, opened);
  if (decoded?.kind !== 'control' || decoded.control.kind !== 'log_opened') return undefined;
  const { logId, partitionCount, versions } = decoded.control;
  return { logId, partitionCount, versions, sequence: 0 };
}
