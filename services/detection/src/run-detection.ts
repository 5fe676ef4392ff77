import { streams, WeirError } from '@weir/contracts';
import type { ConsumerOptions, KafkaClient, RunningConsumer } from '@weir/kafka';
import { createBatchConsumer } from './consume-batch.ts';
import type { BatchConsumer, BatchConsumerOptions } from './consume-batch.ts';
import { explainTruncation } from './explain-truncation.ts';
import { createWindowSampler } from './upkeep/window-sampler.ts';
import type { WindowSamplerOptions } from './upkeep/window-sampler.ts';

export type DetectionOptions = Omit<BatchConsumerOptions, 'seek' | 'onCrash'> & {
  readonly kafka: Pick<KafkaClient, 'runConsumer'>;
  readonly consumer: Pick<
    ConsumerOptions,
    'groupId' | 'partitionsConsumedConcurrently' | 'sessionTimeoutMs' | 'maxFetchWaitMs'
  >;
  /** How often partitions nothing arrives for are looked at. */
  readonly checkEveryMs: number;
  /** How often a few accounts are verified by the way, and by what. Undefined: never. */
  readonly sampling?: (WindowSamplerOptions['sampling'] & { readonly everyMs: number }) | undefined;
  /** Looks at the store itself at the same times. Throws where it can't be trusted any more. */
  readonly checkStore: () => Promise<void>;
};

export type RunningDetection = {
  /** Rejects with what ends the worker. Never settles otherwise. */
  readonly crashed: Promise<never>;
  readonly isJoined: () => boolean;
  readonly isStuck: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Consumes the log as one member of the group, with everything that goes on beside the batches. */
export async function runDetection(options: DetectionOptions): Promise<RunningDetection> {
  const { topic } = streams.received;
  const { clock } = options.parts;
  const crash = Promise.withResolvers<never>();
  // Somebody may look only later.
  crash.promise.catch(() => undefined);
  /** There once it runs: a batch may come before. */
  const joined: { consumer?: RunningConsumer } = {};
  let isJoined = false;
  const batches = createBatchConsumer({
    ...options,
    seek: (partition, next) => joined.consumer?.seek({ topic, partition }, next),
    onCrash: crash.reject,
  });
  const consumer = await options.kafka.runConsumer({
    ...options.consumer,
    topics: [topic],
    readCommitted: true,
    onBatch: batches.onBatch,
    onAssigned: (partitions) => {
      isJoined = true;
      batches.assigned(partitions.map(({ partition }) => partition));
    },
    onRevoked: () => {
      isJoined = false;
      batches.revoked();
    },
    onCrash: (error) =>
      void explainTruncation(options.parts, batches.owned(), error).then(crash.reject, crash.reject),
  });
  joined.consumer = consumer;
  let checking: Promise<void> | undefined;
  const stopChecking = clock.every(options.checkEveryMs, () => {
    checking ??= Promise.all([checkQuietly(options.checkStore), batches.check()])
      .then(() => undefined, crash.reject)
      .finally(() => (checking = undefined));
  });
  const stopSampling = startSampling(options, batches, crash.reject);
  return {
    crashed: crash.promise,
    isJoined: () => isJoined,
    isStuck: batches.isStuck,
    stop: async () => {
      stopChecking();
      await stopSampling();
      await consumer.stop();
      await checking;
      await batches.close();
    },
  };
}

function startSampling(
  { parts, sampling }: DetectionOptions,
  batches: BatchConsumer,
  onCrash: (error: unknown) => void,
): () => Promise<void> {
  if (sampling === undefined) return async () => undefined;
  const sampler = createWindowSampler({ parts, batches, sampling });
  const stop = parts.clock.every(sampling.everyMs, () => void sampler.sample().catch(onCrash));
  return () => {
    stop();
    return sampler.close();
  };
}

/** A store that gives no answer says nothing; the next step or the next look will meet it. */
async function checkQuietly(check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
  }
}
