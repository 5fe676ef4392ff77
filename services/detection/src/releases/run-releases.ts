import { streams, WeirError } from '@weir/contracts';
import type { ConsumerOptions, KafkaClient, RunningConsumer } from '@weir/kafka';
import { createReleaseConsumer } from './consume-releases.ts';
import type { ReleaseConsumerOptions } from './consume-releases.ts';
import { skipForgotten } from './skip-forgotten.ts';

export type ReleasesOptions = ReleaseConsumerOptions & {
  readonly kafka: Pick<KafkaClient, 'runConsumer' | 'offsets' | 'groupPositions'>;
  readonly consumer: Pick<ConsumerOptions, 'groupId' | 'sessionTimeoutMs' | 'maxFetchWaitMs'>;
};

export type RunningReleases = {
  /** Rejects with what ends the worker. Never settles otherwise. */
  readonly crashed: Promise<never>;
  readonly isJoined: () => boolean;
  readonly isStuck: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Releases are few: more at once would only be more transactions at once. */
const partitionsAtOnce = 2;

/**
 * Consumes the releases as one member of their group. Where the topic has forgotten
 * what a position stands at, which is nothing but the marker of a transaction where
 * releases are rare, it goes on behind that; see skipForgotten.
 */
export async function runReleases(options: ReleasesOptions): Promise<RunningReleases> {
  const crash = Promise.withResolvers<never>();
  // Somebody may look only later.
  crash.promise.catch(() => undefined);
  let isJoined = false;
  let isStopping = false;
  const batches = createReleaseConsumer(options);
  const join = (): Promise<RunningConsumer> =>
    options.kafka.runConsumer({
      ...options.consumer,
      topics: [streams.releases.topic],
      readCommitted: true,
      partitionsConsumedConcurrently: partitionsAtOnce,
      onBatch: batches.onBatch,
      onAssigned: (partitions) => {
        isJoined = true;
        batches.assigned(partitions.map(({ partition }) => partition));
      },
      onRevoked: () => {
        isJoined = false;
      },
      onCrash: (error) => void goOn(error).catch(crash.reject),
    });

  /** Joins again behind what the topic has forgotten; throws the error where that isn't what it is about. */
  async function goOn(error: Error): Promise<void> {
    if (!(error instanceof WeirError) || error.code !== 'log_truncated') throw error;
    await batches.close();
    if ((await skipForgotten(options.parts, options.kafka, options.consumer.groupId)) === 0) throw error;
    if (!isStopping) consumer = await join();
  }

  let consumer = await join();
  return {
    crashed: crash.promise,
    isJoined: () => isJoined,
    isStuck: batches.isStuck,
    stop: async () => {
      isStopping = true;
      await consumer.stop();
      await batches.close();
    },
  };
}
