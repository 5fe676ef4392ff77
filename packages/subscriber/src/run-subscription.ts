import type { KafkaClient, RunningConsumer, TopicPartition } from '@weir/kafka';
import { createOwnedPartition } from './owned-partition.ts';
import type { OwnedPartition, OwnedPartitionParts } from './owned-partition.ts';
import { SubscriptionError, toSubscriptionError } from './subscription-error.ts';
import { takeOver } from './take-over.ts';

/** How far one partition is behind, in offsets: some of them are markers of transactions and no events. */
export type PartitionLag = { readonly partition: number; readonly next: number; readonly lag: number };

/** A subscription that runs. */
export type Subscription = {
  /**
   * Resolves after `stop`. Rejects with a SubscriptionError when it ended by
   * itself, or with the error itself where that was a bug. Who doesn't look at it
   * has his process ended by Node, rather than a subscription that silently stands still.
   */
  readonly done: Promise<void>;
  /**
   * Lets the running handlers end, stores or commits what they did, and leaves
   * the group. Resolves when nothing runs any more; safe to say again.
   */
  stop(): Promise<void>;
  /** Of the partitions that are this member's. */
  lag(): Promise<readonly PartitionLag[]>;
};

export type SubscriptionParts = Omit<OwnedPartitionParts, 'fail' | 'kafka'> & {
  readonly kafka: Pick<KafkaClient, 'offsets' | 'topicPartitions' | 'runConsumer'>;
  readonly groupId: string;
  readonly partitionsAtOnce: number;
  readonly sessionTimeoutMs: number;
  readonly close: () => Promise<void>;
};

/** For a batch of a partition that was let go meanwhile; nothing comes of it. */
const letGoPauseMs = 1_000;

/** Starts the subscription. Rejects with a SubscriptionError where the brokers or the topic can't be had now. */
export async function runSubscription(parts: SubscriptionParts): Promise<Subscription> {
  const ended = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const owned = new Map<number, OwnedPartition>();
  const leaving = new Map<number, Promise<void>>();
  let consumer: RunningConsumer | undefined;
  let goodbye: Promise<void> | undefined;

  function letGo(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const mine = owned.get(partition);
      if (mine === undefined) continue;
      owned.delete(partition);
      mine.letGo();
      const left = mine.settled().finally(() => {
        if (leaving.get(partition) === left) leaving.delete(partition);
      });
      leaving.set(partition, left);
    }
  }

  const close = async (): Promise<void> => {
    for (const mine of owned.values()) mine.letGo();
    await consumer?.stop();
    letGo([...owned.keys()]);
    await Promise.all(leaving.values());
    await parts.close();
  };

  const end = (settle: () => void): Promise<void> => {
    goodbye ??= close().then(settle, ended.reject);
    return goodbye;
  };
  // Not before the caller has the subscription: nobody could look at its end.
  const fail = (error: unknown): void =>
    void started.promise.then(() => end(() => ended.reject(toSubscriptionError(error))));

  const onAssigned = (partitions: readonly TopicPartition[]): void => {
    if (goodbye !== undefined) return;
    for (const { partition } of partitions) {
      owned.set(partition, createOwnedPartition({ ...parts, fail }, partition, leaving.get(partition)));
    }
    parts.onNotice({ kind: 'assigned', partitions: partitions.map(({ partition }) => partition) });
  };

  try {
    await parts.kafka.topicPartitions(parts.topic);
    consumer = await parts.kafka.runConsumer({
      groupId: parts.groupId,
      topics: [parts.topic],
      readCommitted: true,
      partitionsConsumedConcurrently: parts.partitionsAtOnce,
      sessionTimeoutMs: parts.sessionTimeoutMs,
      onAssigned,
      onRevoked: (partitions) => letGo(partitions.map(({ partition }) => partition)),
      onBatch: async (batch, control) => {
        const mine = owned.get(batch.partition);
        if (mine !== undefined) return mine.onBatch(batch, control);
        const next = batch.records[0]?.offset ?? batch.endOffset;
        return { kind: 'pause', next, forMs: letGoPauseMs };
      },
      onCrash: (error) => void explain(parts, error).then(fail),
    });
  } catch (error) {
    letGo([...owned.keys()]);
    await parts.close();
    throw toSubscriptionError(error);
  }
  const joined = consumer;
  started.resolve();

  return {
    done: ended.promise,
    stop: () => end(ended.resolve),
    lag: async () =>
      (await joined.lag()).map(({ partition, next, end: endOffset }) => {
        const from = Math.max(next, owned.get(partition)?.next() ?? 0);
        return { partition, next: from, lag: Math.max(0, endOffset - from) };
      }),
  };
}

/**
 * The consumer knows that a position is out of range and not which; the
 * positions themselves say. Anything else is what it is.
 */
async function explain(parts: SubscriptionParts, error: Error): Promise<unknown> {
  const told = toSubscriptionError(error);
  if (!(told instanceof SubscriptionError) || told.code !== 'position_out_of_range') return told;
  try {
    const count = await parts.kafka.topicPartitions(parts.topic);
    for (let partition = 0; partition < count; partition += 1) await takeOver(parts, partition);
    return told;
  } catch (found) {
    return found instanceof SubscriptionError ? found : told;
  }
}
