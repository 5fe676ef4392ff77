import { createBatchAttempts } from './batch-attempts.ts';
import { nameOf } from './consumer-types.ts';
import type { BatchControl, BatchOutcome, ConsumerOptions, RecordBatch } from './consumer-types.ts';
import { checkOutcome, firstOffset } from './each-batch.ts';
import type { MemoryHolds } from './memory-holds.ts';
import type { JoinedMembership, MemoryMember } from './memory-member.ts';

export type BatchHandling = {
  readonly options: Pick<ConsumerOptions, 'onBatch' | 'partitionsConsumedConcurrently' | 'maxAttempts'>;
  readonly member: MemoryMember;
  readonly holds: MemoryHolds;
  readonly isStopping: () => boolean;
  /** Ends the consumer for good. */
  readonly onPoison: (error: Error) => void;
};

/**
 * Hands over the batches of one fetch, some at a time, and waits for all of
 * them; then throws the failed heartbeat that ended the membership, if one did.
 */
export const createBatchHandling = (around: BatchHandling) => {
  const { options, member, holds, isStopping } = around;
  const attempts = createBatchAttempts(options.maxAttempts ?? 10);

  const attempt = async (
    batch: RecordBatch,
    control: BatchControl,
    isExpected: (error: unknown) => boolean,
  ): Promise<BatchOutcome | undefined> => {
    try {
      const outcome = await options.onBatch(batch, control);
      checkOutcome(batch, outcome);
      attempts.succeeded(nameOf(batch));
      return outcome;
    } catch (error) {
      if (isExpected(error)) return undefined;
      const verdict = attempts.failed(nameOf(batch), firstOffset(batch), error);
      if (verdict.kind === 'crash') around.onPoison(verdict.error);
      else holds.holdFor(batch, verdict.waitMs);
      return undefined;
    }
  };

  const apply = (mine: JoinedMembership, batch: RecordBatch, outcome: BatchOutcome): void => {
    if (!mine.sought.has(nameOf(batch))) mine.positions.set(nameOf(batch), outcome.next);
    if (outcome.kind === 'pause') holds.holdFor(batch, outcome.forMs);
  };

  const handle = async (mine: JoinedMembership, batch: RecordBatch): Promise<unknown> => {
    const isOver = (): boolean => mine.isLost || isStopping();
    if (isOver() || mine.sought.has(nameOf(batch))) return undefined;
    let failure: unknown;
    const heartbeat = async (): Promise<void> => {
      try {
        await member.heartbeat(mine);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const { topic, partition } = batch;
    const control: BatchControl = {
      heartbeat,
      stopping: isStopping,
      revoked: () => mine.isLost,
      commit: (next, metadata = '') => member.commit(mine, { topic, partition, next, metadata }),
    };
    const outcome = await attempt(batch, control, (error) => error === failure);
    if (outcome !== undefined && !isOver()) apply(mine, batch, outcome);
    if (!isOver()) await heartbeat().catch(() => undefined);
    return failure;
  };

  return async (mine: JoinedMembership, batches: readonly RecordBatch[]): Promise<void> => {
    const waiting = [...batches];
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        const failure = await handle(mine, batch);
        if (failure !== undefined) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: options.partitionsConsumedConcurrently }, work));
    if (failures.length > 0) throw failures[0];
  };
};
