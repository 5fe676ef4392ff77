import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { BatchAttempts } from './batch-attempts.ts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import { nameOf } from './consumer-types.ts';
import type { BatchControl, BatchOutcome, OnBatch, RecordBatch } from './consumer-types.ts';
import type { Membership } from './membership.ts';
import { formatOffset, parseOffset } from './offsets.ts';
import type { PartitionHolds } from './partition-holds.ts';
import { toKafkaRecord } from './record.ts';

/** What handling a batch needs of the session around it. */
export type BatchSurroundings = {
  readonly consumer: Pick<Consumer, 'seek' | 'commitOffsets'>;
  readonly onBatch: OnBatch;
  readonly attempts: BatchAttempts;
  readonly holds: PartitionHolds;
  readonly membership: () => Membership;
  readonly isStopping: () => boolean;
  /** Ends the consumer for good. Returns at once, because kafkajs stops only after the batch has returned. */
  readonly onPoison: (error: unknown) => void;
};

const maxPauseMs = 300_000;

/** The batch as Weir sees it. `lastOffset` counts the markers, so it alone says where to go on. */
export const toRecordBatch = (batch: EachBatchPayload['batch']): RecordBatch => ({
  topic: batch.topic,
  partition: batch.partition,
  records: batch.messages.map((message) => toKafkaRecord(batch.topic, batch.partition, message)),
  endOffset: parseOffset(batch.lastOffset()) + 1,
  highWatermark: parseOffset(batch.highWatermark),
});

export const firstOffset = (batch: RecordBatch): number => batch.records[0]?.offset ?? batch.endOffset;

/** Throws RangeError for an outcome that would skip records unseen, stand still or wait for ever. */
export const checkOutcome = (batch: RecordBatch, outcome: BatchOutcome): void => {
  formatOffset(outcome.next);
  const first = firstOffset(batch);
  if (outcome.kind === 'next' && (outcome.next <= first || outcome.next > batch.endOffset)) {
    throw new RangeError(
      `${nameOf(batch)}: next ${outcome.next} is not above ${first} and up to ${batch.endOffset}`,
    );
  }
  if (outcome.kind === 'pause' && !(outcome.forMs > 0 && outcome.forMs <= maxPauseMs)) {
    throw new RangeError(`${nameOf(batch)}: a pause lasts more than 0 and up to ${maxPauseMs} ms`);
  }
};

/** A heartbeat that remembers how it failed, since kafkajs has to see that very error. */
const createHeartbeat = (payload: EachBatchPayload, mine: Membership) => {
  let failure: { readonly original: unknown; readonly thrown: Error } | undefined;
  const heartbeat = async (): Promise<void> => {
    try {
      await payload.heartbeat();
    } catch (original) {
      if (classifyKafkaError(original) === 'rebalance')
        Object.assign(mine, { isLost: true, lostBy: original });
      const thrown = toOperationalError(`heartbeat for ${nameOf(payload.batch)}`, original);
      failure = { original, thrown };
      throw thrown;
    }
  };
  return { heartbeat, failure: () => failure };
};

const createCommit =
  (around: BatchSurroundings, { topic, partition }: RecordBatch): BatchControl['commit'] =>
  async (next, metadata = '') => {
    try {
      await around.consumer.commitOffsets([{ topic, partition, offset: formatOffset(next), metadata }]);
    } catch (error) {
      throw toOperationalError(`committing ${topic}-${partition}`, error);
    }
  };

const apply = (
  around: BatchSurroundings,
  payload: EachBatchPayload,
  batch: RecordBatch,
  outcome: BatchOutcome,
): void => {
  const { topic, partition } = batch;
  if (outcome.kind === 'next') payload.resolveOffset(formatOffset(outcome.next - 1));
  else around.consumer.seek({ topic, partition, offset: formatOffset(outcome.next) });
  if (outcome.kind === 'pause') around.holds.holdFor(batch, outcome.forMs);
  around.membership().positions.set(nameOf(batch), outcome.next);
};

/** The outcome, or undefined after a throw of onBatch, whose consequence is arranged. */
const attempt = async (
  around: BatchSurroundings,
  batch: RecordBatch,
  control: BatchControl,
  isExpected: (error: unknown) => boolean,
): Promise<BatchOutcome | undefined> => {
  try {
    const outcome = await around.onBatch(batch, control);
    checkOutcome(batch, outcome);
    around.attempts.succeeded(nameOf(batch));
    return outcome;
  } catch (error) {
    if (isExpected(error)) return undefined;
    const verdict = around.attempts.failed(nameOf(batch), firstOffset(batch), error);
    if (verdict.kind === 'crash') around.onPoison(verdict.error);
    else around.holds.holdFor(batch, verdict.waitMs);
    return undefined;
  }
};

/**
 * The eachBatch of every consumer. It lets nothing out to kafkajs but the errors
 * of kafkajs's own heartbeats, which make it join again: any other throw would be
 * repeated and then restart the consumer for ever.
 */
export const createEachBatch =
  (around: BatchSurroundings) =>
  async (payload: EachBatchPayload): Promise<void> => {
    const mine = around.membership();
    const isOver = (): boolean => mine.isLost || around.isStopping();
    if (around.isStopping() || payload.isStale()) return;
    // The join that should have followed failed, and kafkajs fetches on as if it had not been asked:
    // its coordinator, back again, still takes the old generation. It has to be asked once more, or
    // every batch from here on would be dropped.
    if (mine.isLost) throw mine.lostBy;
    let batch: RecordBatch;
    try {
      batch = toRecordBatch(payload.batch);
    } catch (error) {
      around.onPoison(error);
      return;
    }
    const { heartbeat, failure } = createHeartbeat(payload, mine);
    const control: BatchControl = {
      heartbeat,
      stopping: around.isStopping,
      revoked: () => mine.isLost,
      commit: createCommit(around, batch),
    };
    // A failed heartbeat explains the throw: the partition is lost, the batch is not at fault.
    const outcome = await attempt(around, batch, control, (error) => error === failure()?.thrown);
    if (outcome !== undefined && !isOver()) apply(around, payload, batch, outcome);
    if (!isOver()) await heartbeat().catch(() => undefined);
    const failed = failure();
    if (failed !== undefined) throw failed.original;
  };
