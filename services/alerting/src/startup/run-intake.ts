import type { RunningConsumer, TopicPartition } from '@weir/kafka';
import type { Logger } from '@weir/runtime';
import { backoffDelayMs } from '@weir/runtime';
import type { AlertingConfig } from '../config.ts';
import type { AlertingHealth } from '../health.ts';
import { inputTopics } from '../intake/input-partition.ts';
import { createIntakeConsumer } from '../intake/intake-consumer.ts';
import type { IntakeObserver } from '../intake/observe-intake.ts';
import { readPosition } from '../intake/positions.ts';
import { takeInRun } from '../intake/take-in-run.ts';
import type { IntakeParts } from '../intake/take-in-run.ts';
import { startDueLoop } from '../notify/due-loop.ts';
import type { Connections } from './open-connections.ts';
import { systemClock } from '../notify/system-clock.ts';

/**
 * A whole run in one fetch: the more of a storm is taken in at once, the fewer revisions its alerts have.
 */
const fetchBytes = 4 * 1_048_576;

/** Reads the input topics into the store, until it is stopped. */
export async function runIntake(options: {
  readonly config: AlertingConfig;
  readonly connections: Pick<Connections, 'kafka' | 'store'>;
  readonly parts: IntakeParts;
  readonly health: AlertingHealth;
  readonly observe: IntakeObserver;
  readonly log: Logger;
  /** Something was taken in that others go on with. */
  readonly onTaken: () => void;
  readonly onCrash: (error: unknown) => void;
}): Promise<{ readonly stop: () => Promise<void> }> {
  const { config, connections, parts, health, observe } = options;
  const { kafka } = connections;
  const backoff = { baseDelayMs: 500, maxDelayMs: config.RETRY_MAX_DELAY_MS, random: Math.random };
  const partitionCounts = await Promise.all(inputTopics.map(kafka.topicPartitions));
  const intake = createIntakeConsumer({
    readPosition: (input) => readPosition(connections, input),
    takeIn: async (input, run, isLost) => {
      const outcome = await takeInRun(parts, input, run, isLost);
      observe.taken(input, outcome);
      if (outcome.kind === 'taken') options.onTaken();
      return outcome;
    },
    maxRecordsPerRun: config.BATCH_MAX_RECORDS,
    backoffMs: (failures) => backoffDelayMs(failures, backoff),
    onPlaced: observe.placed,
    onRetry: observe.retrying,
    onProgress: observe.progress,
    onRelease: observe.released,
  });
  /** Partitions of which nothing was handed over yet, so that nobody has compared their positions. */
  const quiet = new Map<string, TopicPartition>();
  const started = Promise.withResolvers<RunningConsumer>();
  const placing = startDueLoop({
    clock: systemClock,
    random: Math.random,
    round: async () => {
      // A group may assign partitions a moment before its consumer is handed over.
      const consumer = await started.promise;
      for (const [name, at] of quiet) {
        consumer.seek(at, await intake.place(at));
        quiet.delete(name);
      }
      return Number.POSITIVE_INFINITY;
    },
    onRetry: (error, delayMs) => options.log.warn('positions wait for the store', { error, delayMs }),
  });
  placing.done.catch(options.onCrash);
  const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
  const consumer = await kafka.runConsumer({
    groupId: config.ALERTING_GROUP_ID,
    topics: inputTopics,
    readCommitted: true,
    partitionsConsumedConcurrently: partitionCounts.reduce((sum, count) => sum + count, 0),
    maxBytesPerPartition: fetchBytes,
    sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
    onBatch: intake.onBatch,
    onAssigned: (partitions) => {
      health.joined(true);
      for (const at of partitions) quiet.set(nameOf(at), at);
      placing.nudge();
    },
    onRevoked: (partitions) => {
      health.joined(false);
      for (const at of partitions) quiet.delete(nameOf(at));
      intake.release(partitions);
    },
    onCrash: options.onCrash,
  });
  started.resolve(consumer);
  return {
    stop: async () => {
      await placing.stop();
      await consumer.stop();
    },
  };
}
