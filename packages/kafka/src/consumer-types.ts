import type { KafkaRecord } from './record.ts';

export type TopicPartition = { readonly topic: string; readonly partition: number };

/** What one fetch brought for one partition; `records` is never empty. */
export type RecordBatch = TopicPartition & {
  readonly records: readonly KafkaRecord[];
  /** The next offset after the batch as fetched: markers of transactions count, records alone don't show them. */
  readonly endOffset: number;
  readonly highWatermark: number;
};

export type BatchControl = {
  /**
   * Tells the group that this member lives. To be awaited between chunks of work,
   * well within the session timeout; what it throws has to be let through.
   */
  heartbeat(): Promise<void>;
  /** True once the consumer is being stopped. */
  stopping(): boolean;
  /** True once the partition may belong to another member: drop the work, publish nothing. */
  revoked(): boolean;
  /** Commits the group's position outside of a transaction. Throws WeirError. */
  commit(next: number, metadata?: string): Promise<void>;
};

/**
 * Where to go on: `next` within the batch just seen, `seek` anywhere, `pause` not
 * before `forMs` have passed. None of them commits anything.
 */
export type BatchOutcome =
  | { readonly kind: 'next'; readonly next: number }
  | { readonly kind: 'seek'; readonly next: number }
  | { readonly kind: 'pause'; readonly next: number; readonly forMs: number };

export type OnBatch = (batch: RecordBatch, control: BatchControl) => Promise<BatchOutcome>;

export type PartitionLag = TopicPartition & {
  readonly next: number;
  readonly end: number;
  readonly lag: number;
};

export type ConsumerOptions = {
  readonly groupId: string;
  readonly topics: readonly string[];
  /**
   * Called for one batch at a time per partition. The next fetch from a broker
   * waits for all batches of the last, so work that has to wait returns `pause`.
   * A thrown WeirError with recovery `retry` means the same batch again after a
   * pause, at most `maxAttempts` times; anything else thrown ends the consumer.
   */
  readonly onBatch: OnBatch;
  /** Called after every join of the group, with all partitions that are this member's from now on. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => void;
  /** Called before every further join and at the end, with all partitions that were this member's. */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => void;
  /** Called once, after the consumer has ended by itself: a WeirError or, for a bug, the error thrown. */
  readonly onCrash: (error: Error) => void;
  readonly partitionsConsumedConcurrently: number;
  readonly readCommitted: boolean;
  /** Default 1 MiB, Kafka's own. */
  readonly maxBytesPerPartition?: number;
  /** Default 30,000 ms. */
  readonly sessionTimeoutMs?: number;
  /** How long one fetch waits for records; bounds how late a pause ends. Default 500 ms. */
  readonly maxFetchWaitMs?: number;
  /** Attempts at one batch before its WeirError counts as a crash; default 10, some 20 s of pauses. */
  readonly maxAttempts?: number;
  /** How long the brokers may be out of reach before that counts as a crash; default 120,000 ms. */
  readonly maxUnavailableMs?: number;
};

export type RunningConsumer = {
  /** Lets the batch at hand finish, leaves the group and disconnects. Safe to say again. */
  stop(): Promise<void>;
  /** Stops fetching a partition, through rebalances, until `resume`. */
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
  /**
   * Goes on reading a partition at `next`, where no outcome of a batch could say so because none
   * comes. A batch fetched before may still be handed over. Nothing happens where the partition is
   * not this member's: its next join begins at the committed position anyway. Commits nothing.
   */
  seek(at: TopicPartition, next: number): void;
  lag(): Promise<readonly PartitionLag[]>;
};

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
