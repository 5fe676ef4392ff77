import { randomBytes } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import type { KafkaAdmin } from './admin.ts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import type { KafkaConnection } from './connection.ts';
import { maxStopMs, openConsumer } from './consumer-session.ts';
import { unlessAborted, wait, withDeadline } from './deadline.ts';
import { toRecordBatch } from './each-batch.ts';
import { formatOffset, parseOffset } from './offsets.ts';
import type { PartitionPositions } from './offsets.ts';
import { planSpans } from './plan-spans.ts';
import type { Span, Spans } from './plan-spans.ts';
import type { KafkaRecord } from './record.ts';

export type ReadRange = {
  readonly topic: string;
  /** First offset to read; partitions left out of a map are not read. */
  readonly from: 'earliest' | PartitionPositions;
  /**
   * The offset to stop before, per partition, as `offsets()` gave it. Left out:
   * the ends at the time of the call. Partitions left out of a map are not read.
   */
  readonly until?: PartitionPositions;
  /** Called in offset order within a partition, one record at a time; a throw ends the read. */
  readonly onRecord: (record: KafkaRecord) => void | Promise<void>;
  readonly readCommitted: boolean;
  readonly deadlineMs: number;
  /** Ends the read at once where it is aborted, whatever the brokers do. */
  readonly signal?: AbortSignal;
};

const isRead = (spans: Spans): boolean => [...spans.values()].every(({ next, until }) => next >= until);

const heartbeatEveryRecords = 500;
// Short, because leaving the group waits for the fetch under way.
const maxFetchWaitMs = 100;
const againAfterMs = 200;

/** Hands over what the span still lacks; moves the span record by record, so that a rejoin repeats none. */
const readBatch = async (
  payload: EachBatchPayload,
  span: Span,
  range: ReadRange,
): Promise<'read' | Error> => {
  try {
    const batch = toRecordBatch(payload.batch);
    let sinceHeartbeat = 0;
    for (const record of batch.records) {
      if (record.offset < span.next || record.offset >= span.until) continue;
      await range.onRecord(record);
      span.next = record.offset + 1;
      sinceHeartbeat += 1;
      if (sinceHeartbeat % heartbeatEveryRecords === 0) await payload.heartbeat();
    }
    return 'read';
  } catch (error) {
    return error instanceof Error ? error : new Error('onRecord threw something other than an Error');
  }
};

/** Reads until every span is done; kafkajs has no assign(), so as the only member of a group. */
const readSpans = (consumer: Consumer, spans: Spans, range: ReadRange): Promise<void> =>
  new Promise((resolve, reject) => {
    const { topic } = range;
    let isOver = false;
    const fail = (error: unknown): void => {
      isOver = true;
      reject(error);
    };
    const advance = (partition: number, next: number): void => {
      const span = spans.get(partition);
      if (span === undefined || isOver) return;
      span.next = Math.max(span.next, next);
      if (span.next < span.until) return;
      consumer.pause([{ topic, partitions: [partition] }]);
      if (!isRead(spans)) return;
      isOver = true;
      resolve();
    };
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const partition of payload.memberAssignment[topic] ?? []) {
        const span = spans.get(partition);
        // Before the first fetch of this membership, so nothing else is ever read.
        if (span === undefined || span.next >= span.until)
          consumer.pause([{ topic, partitions: [partition] }]);
        else consumer.seek({ topic, partition, offset: formatOffset(span.next) });
      }
    });
    // A range may end in markers and aborted records, which never reach eachBatch.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) advance(payload.partition, parseOffset(payload.lastOffset) + 1);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
    const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
      const span = spans.get(payload.batch.partition);
      if (span === undefined || isOver || payload.isStale()) return;
      const outcome = await readBatch(payload, span, range);
      if (outcome !== 'read') {
        // kafkajs has to see its own errors, to join again; it would repeat any other for ever.
        if (classifyKafkaError(outcome) === 'rebalance') throw outcome;
        return fail(outcome);
      }
      const endOffset = parseOffset(payload.batch.lastOffset()) + 1;
      payload.resolveOffset(formatOffset(endOffset - 1));
      advance(payload.batch.partition, endOffset);
    };
    consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch }).catch(fail);
  });

/** Leaves and deletes the reader's own group; a group left behind harms nobody, so failing is only logged. */
const forget = async (
  connection: KafkaConnection,
  admin: KafkaAdmin,
  consumer: Consumer,
  groupId: string,
): Promise<void> => {
  const late = () => new Error('the reader did not stop in time');
  try {
    await withDeadline(consumer.disconnect(), maxStopMs, late);
    await admin.deleteGroup(groupId);
  } catch {
    connection.logger('warn', 'a reader group was left behind', { groupId });
  }
};

/** One consumer's attempt; what it has read is kept in the spans. */
const readOnce = async (
  connection: KafkaConnection,
  admin: KafkaAdmin,
  spans: Spans,
  range: ReadRange,
): Promise<void> => {
  const { topic } = range;
  const groupId = `${connection.clientId}-reader-${randomBytes(8).toString('hex')}`;
  const consumer = openConsumer(connection, { groupId, readCommitted: range.readCommitted, maxFetchWaitMs });
  const late = () => new WeirError('broker_unavailable', `reading ${topic}: not done by its deadline`);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const reading = unlessAborted(readSpans(consumer, spans, range), range.signal);
    await withDeadline(reading, range.deadlineMs, late);
  } finally {
    await forget(connection, admin, consumer, groupId);
  }
};

/** The whole read, attempt after attempt. One that was aborted leaves its group in its own time, and has no other. */
const readInAttempts = async (
  connection: KafkaConnection,
  admin: KafkaAdmin,
  range: ReadRange,
): Promise<void> => {
  const endsAtMs = performance.now() + range.deadlineMs;
  const spans = planSpans(range.topic, await admin.offsets(range.topic), range.from, range.until);
  let isCallerAtFault = false;
  const onRecord = async (record: KafkaRecord): Promise<void> => {
    try {
      range.signal?.throwIfAborted();
      await range.onRecord(record);
    } catch (error) {
      isCallerAtFault = true;
      throw error;
    }
  };
  while (!isRead(spans)) {
    range.signal?.throwIfAborted();
    const deadlineMs = Math.max(0, endsAtMs - performance.now());
    try {
      await readOnce(connection, admin, spans, { ...range, onRecord, deadlineMs });
    } catch (error) {
      const fault = classifyKafkaError(error);
      const mayPass = !isCallerAtFault && (fault === 'unavailable' || fault === 'rebalance');
      if (!mayPass || performance.now() >= endsAtMs) {
        throw isCallerAtFault ? error : toOperationalError(`reading ${range.topic}`, error);
      }
      await wait(againAfterMs);
    }
  }
};

/**
 * Reads a frozen range of a topic once, in offset order per partition, without
 * touching any other group's positions. A lost broker or a coordinator that is
 * still loading is met with another attempt that goes on where the last one was.
 *
 * Throws WeirError broker_unavailable when `deadlineMs` pass first (an open
 * transaction below `until` is a reason), log_truncated when the beginning is
 * gone, and whatever `onRecord` throws, which is not tried again; the signal's
 * reason where it is aborted.
 */
export const readRange = (connection: KafkaConnection, admin: KafkaAdmin, range: ReadRange): Promise<void> =>
  unlessAborted(readInAttempts(connection, admin, range), range.signal);
