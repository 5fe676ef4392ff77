import { randomUUID } from 'node:crypto';
import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { createHistoryCache } from '@weir/windows';
import { decode } from './decode.ts';
import type { DetectionParts } from './detection-parts.ts';
import { decodePositionMetadata } from './owned-partition.ts';
import type { LogState, OwnedPartition } from './owned-partition.ts';
import { planTakeover } from './plan-takeover.ts';

const topic = streams.received.topic;

/**
 * Takes a partition over: fences every earlier owner, then reads the published
 * position P and the stored position S, and starts where both allow. `first` is
 * the first record the consumer was given: on a new log it names the log.
 * Throws WeirError with recovery `halt` where only a person can go on.
 */
export async function takeOver(
  parts: DetectionParts,
  partition: number,
  first: KafkaRecord,
): Promise<OwnedPartition> {
  const transactions = parts.openTransactions(partition);
  try {
    await transactions.fence();
    const published = await readPublished(parts, partition, () => transactions.committed(topic, partition));
    const { earliest, end, partitionCount } = await parts.logOffsets(partition);
    const log = await identifyLog(parts, first, earliest, published?.log);
    if (partitionCount !== log.partitionCount) {
      throw new WeirError(
        'log_partition_count_changed',
        `${topic} has ${partitionCount} partitions but its log was made with ${log.partitionCount}; see the runbook "partition count changed"`,
      );
    }
    const store = await parts.openStore(log);
    const stored = await store.position(partition);
    const plan = planTakeover({ stored: stored?.next, published: published?.next, earliest, end });
    if (plan.kind === 'halt') throw new WeirError(plan.code, `${topic}-${partition}: ${plan.message}`);
    if (plan.clear) await store.clear(partition);
    parts.observe.tookOver(partition, { ...plan, stored: stored?.next, published: published?.next });
    return {
      partition,
      transactions,
      store,
      histories: createHistoryCache({ maxBytes: parts.limits.historyCacheBytesPerPartition }),
      token: randomUUID(),
      appendFrom: plan.appendFrom,
      publishFrom: plan.publishFrom,
      position: plan.from,
      stored: plan.clear ? undefined : stored?.next,
      log,
    };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}

/**
 * The log the partition belongs to: by what was published, and at the log's
 * beginning by the log itself, which may have been made anew since.
 */
async function identifyLog(
  parts: DetectionParts,
  first: KafkaRecord,
  earliest: number,
  published: LogState | undefined,
): Promise<LogState> {
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

type Published = { readonly next: number; readonly log: LogState };

/** P: what the group has committed, and where it has nothing (it expires), the end of the journal. */
async function readPublished(
  parts: DetectionParts,
  partition: number,
  committed: () => Promise<{ next: number; metadata: string } | undefined>,
): Promise<Published | undefined> {
  const position = await committed();
  const log = position === undefined ? undefined : decodePositionMetadata(position.metadata);
  if (position !== undefined && log !== undefined) return { next: position.next, log };
  const journal = await readJournalEnd(parts, partition);
  if (position === undefined || journal === undefined) return journal;
  // A position somebody moved by hand has no metadata: the journal then says which log it is.
  return { next: position.next, log: journal.log };
}

async function readJournalEnd(parts: DetectionParts, partition: number): Promise<Published | undefined> {
  const last = await parts.lastJournalRecord(partition);
  if (last === undefined) return undefined;
  const [opened] = await openEvents({ ...parts.opening, stream: 'decisions' }, [last]);
  const payload = opened?.ok === true ? decodePayload(events.journal, opened.plaintext) : undefined;
  // A record isn't bound to its partition: one copied here from another would say another position.
  if (payload?.ok !== true || payload.value.partition !== partition) {
    throw new WeirError('log_unnamed', `the end of ${streams.decisions.topic}-${partition} can't be read`);
  }
  const { logId, to, versions } = payload.value;
  const { partitionCount } = await parts.logOffsets(partition);
  return { next: to, log: { logId, partitionCount, versions } };
}

/** The control record a new log begins with, where `first` is it. */
async function readLogOpening(parts: DetectionParts, first: KafkaRecord): Promise<LogState | undefined> {
  const [opened] = await openEvents({ ...parts.opening, stream: 'received' }, [first]);
  const decoded = opened === undefined ? undefined : decode(first, opened);
  if (decoded?.kind !== 'control' || decoded.control.kind !== 'log_opened') return undefined;
  const { logId, partitionCount, versions } = decoded.control;
  return { logId, partitionCount, versions };
}
