import { WeirError } from '@weir/contracts';
import { createBatchAttempts } from './batch-attempts.ts';
import { toOperationalError } from './classify-error.ts';
import type { KafkaConnection } from './connection.ts';
import { createConsumerSession } from './consumer-session.ts';
import type { ConsumerSession } from './consumer-session.ts';
import type { ConsumerOptions, RunningConsumer, TopicPartition } from './consumer-types.ts';
import { wait } from './deadline.ts';
import type { Membership } from './membership.ts';
import { createPartitionHolds } from './partition-holds.ts';
import { readLag } from './read-lag.ts';
import type { LagAdmin } from './read-lag.ts';

const firstReopenWaitMs = 200;
const maxReopenWaitMs = 5_000;

const mayPass = (error: Error): boolean =>
  error instanceof WeirError && (error.code === 'broker_unavailable' || error.code === 'partition_revoked');

/** Opens one session after another while the brokers are away, until the budget is spent. */
const createSupervisor = (connection: KafkaConnection, options: ConsumerOptions) => {
  const { maxUnavailableMs = 120_000 } = options;
  let session: ConsumerSession | undefined;
  let isOver = false;
  let lastAliveMs = performance.now();
  let failures = 0;
  const attempts = createBatchAttempts(options.maxAttempts ?? 10);
  const holds = createPartitionHolds({
    pause: (at) => session?.pauseFetching(at),
    resume: (at) => session?.resumeFetching(at),
  });

  const finish = async (error: Error): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await session?.stop();
    options.onCrash(error);
  };

  const open = (): ConsumerSession =>
    createConsumerSession(connection, options, {
      attempts,
      holds,
      onPoison: (error) => void finish(toOperationalError(`a batch of ${options.groupId}`, error)),
      onEnd: (error) => void reopen(error),
      onAlive: () => {
        lastAliveMs = performance.now();
        failures = 0;
      },
    });

  const reopen = async (reason: Error): Promise<void> => {
    let error = reason;
    while (!isOver) {
      if (!mayPass(error) || performance.now() - lastAliveMs > maxUnavailableMs) return finish(error);
      connection.logger('warn', 'consumer lost its brokers, joining again', {
        groupId: options.groupId,
        failures,
      });
      await wait(Math.min(firstReopenWaitMs * 2 ** failures, maxReopenWaitMs));
      failures = Math.min(failures + 1, 10);
      await session?.stop();
      if (isOver) return;
      session = open();
      try {
        return await session.run();
      } catch (failure) {
        error = toOperationalError(`joining ${options.groupId}`, failure);
      }
    }
  };

  return {
    start: async (): Promise<void> => {
      session = open();
      try {
        await session.run();
      } catch (error) {
        isOver = true;
        await session.stop();
        throw toOperationalError(`joining ${options.groupId}`, error);
      }
    },
    stop: async (): Promise<void> => {
      isOver = true;
      await session?.stop();
    },
    holds,
    seek: (at: TopicPartition, next: number): void => session?.seek(at, next),
    membership: (): Membership | undefined => session?.membership(),
  };
};

/**
 * Consumes as a member of a group. It commits nothing by itself: positions move in
 * detection's and alerting's transactions, or by `control.commit`.
 *
 * Rebalances and lost brokers are lived through, within `maxUnavailableMs`; after
 * each the reading goes on from the committed positions, so `onBatch` may see
 * records again. Everything else ends the consumer and calls `onCrash` once.
 * Rejects with WeirError broker_unavailable when the brokers can't be reached now.
 */
export const runConsumer = async (
  connection: KafkaConnection,
  admin: LagAdmin,
  options: ConsumerOptions,
): Promise<RunningConsumer> => {
  const supervisor = createSupervisor(connection, options);
  await supervisor.start();
  return {
    stop: supervisor.stop,
    pause: supervisor.holds.hold,
    resume: supervisor.holds.release,
    seek: supervisor.seek,
    lag: async () => {
      const membership = supervisor.membership();
      return membership === undefined ? [] : readLag(admin, options.groupId, membership);
    },
  };
};
