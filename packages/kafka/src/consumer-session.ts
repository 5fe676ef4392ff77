import type { Consumer } from 'kafkajs';
import type { BatchAttempts } from './batch-attempts.ts';
import { toOperationalError } from './classify-error.ts';
import { openKafka } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { nameOf } from './consumer-types.ts';
import type { ConsumerOptions, TopicPartition } from './consumer-types.ts';
import { wait, withDeadline } from './deadline.ts';
import { createEachBatch } from './each-batch.ts';
import { joinMembership, noMembership } from './membership.ts';
import type { Membership } from './membership.ts';
import { formatOffset, parseOffset } from './offsets.ts';
import type { PartitionHolds } from './partition-holds.ts';

/** One kafkajs consumer from its first join to its crash or stop; it is never restarted. */
export type ConsumerSession = {
  /** Joins the group. Rejects when the brokers can't be reached; a later crash goes to `onEnd`. */
  run(): Promise<void>;
  stop(): Promise<void>;
  pauseFetching(at: TopicPartition): void;
  resumeFetching(at: TopicPartition): void;
  seek(at: TopicPartition, next: number): void;
  membership(): Membership;
};

export type SessionEvents = {
  readonly attempts: BatchAttempts;
  readonly holds: PartitionHolds;
  /** Ends the consumer for good: a bug, or an error that used up its attempts. */
  readonly onPoison: (error: unknown) => void;
  /** kafkajs gave up; this session is over and may be followed by another. */
  readonly onEnd: (error: Error) => void;
  /** The group's coordinator answered. */
  readonly onAlive: () => void;
};

/** How long a consumer may take to let its batch finish and leave. */
export const maxStopMs = 30_000;
const settleMs = 50;

type FetchOptions = Pick<
  ConsumerOptions,
  'groupId' | 'readCommitted' | 'sessionTimeoutMs' | 'maxFetchWaitMs' | 'maxBytesPerPartition'
>;

/** A kafkajs consumer that makes no topics and never restarts itself. */
export const openConsumer = (connection: KafkaConnection, options: FetchOptions): Consumer => {
  const sessionTimeoutMs = options.sessionTimeoutMs ?? 30_000;
  return openKafka(connection).consumer({
    groupId: options.groupId,
    allowAutoTopicCreation: false,
    readUncommitted: !options.readCommitted,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 3)),
    maxWaitTimeInMs: options.maxFetchWaitMs ?? 500,
    maxBytesPerPartition: options.maxBytesPerPartition ?? 1_048_576,
    // Whether to start again is decided in one place, ours, and within a budget.
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: async () => false },
  });
};

// kafkajs throws when it isn't running, and then there is nothing to pause either:
// the next join applies the holds again.
const ifRunning = (change: () => void): void => {
  try {
    change();
  } catch {
    return;
  }
};

export const createConsumerSession = (
  connection: KafkaConnection,
  options: ConsumerOptions,
  events: SessionEvents,
): ConsumerSession => {
  const consumer = openConsumer(connection, options);
  let membership = noMembership();
  let isStopping = false;
  let goodbye: Promise<void> | undefined;

  const replaceMembership = (next: Membership): void => {
    const { assigned } = membership;
    membership.isLost = true;
    membership = next;
    events.holds.endTimed();
    if (assigned.length > 0) options.onRevoked?.(assigned);
  };

  const onJoin = (assignment: Readonly<Record<string, readonly number[]>>): void => {
    // kafkajs doesn't notice a stop that comes while it joins and would run on.
    if (isStopping) {
      void wait(settleMs)
        .then(() => consumer.disconnect())
        .catch(() => undefined);
      return;
    }
    replaceMembership(joinMembership(assignment));
    events.holds.reapply();
    events.onAlive();
    options.onAssigned?.(membership.assigned);
  };

  const onCrash = (error: unknown): void => {
    if (isStopping) return;
    isStopping = true;
    replaceMembership(noMembership());
    events.onEnd(toOperationalError(`consuming as ${options.groupId}`, error));
  };

  const listen = (): void => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment));
    consumer.on(consumer.events.HEARTBEAT, events.onAlive);
    consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      // Batches of nothing but markers never reach eachBatch; others have set their position.
      if (payload.batchSize > 0) return;
      membership.positions.set(nameOf(payload), parseOffset(payload.lastOffset) + 1);
    });
  };

  const eachBatch = createEachBatch({
    consumer,
    onBatch: options.onBatch,
    attempts: events.attempts,
    holds: events.holds,
    membership: () => membership,
    isStopping: () => isStopping,
    onPoison: (error) => {
      isStopping = true;
      events.onPoison(error);
    },
  });

  return {
    run: async () => {
      listen();
      await consumer.connect();
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
      if (isStopping) return;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.partitionsConsumedConcurrently,
        eachBatch,
      });
    },
    stop: () => {
      isStopping = true;
      goodbye ??= (async () => {
        const late = () => new Error('the consumer did not stop in time');
        // A failed goodbye is no failure: the group drops the member when its session times out.
        await withDeadline(consumer.disconnect(), maxStopMs, late).catch(() => undefined);
        replaceMembership(noMembership());
      })();
      return goodbye;
    },
    pauseFetching: ({ topic, partition }) =>
      ifRunning(() => consumer.pause([{ topic, partitions: [partition] }])),
    resumeFetching: ({ topic, partition }) =>
      ifRunning(() => consumer.resume([{ topic, partitions: [partition] }])),
    seek: (at, next) => {
      if (!membership.assigned.some((mine) => nameOf(mine) === nameOf(at))) return;
      ifRunning(() => consumer.seek({ ...at, offset: formatOffset(next) }));
      membership.positions.set(nameOf(at), next);
    },
    membership: () => membership,
  };
};
