import { setTimeout as sleep } from 'node:timers/promises';
import type { KmsConnection } from '@weir/connections';
import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import { backoffDelayMs } from '@weir/runtime';
import { createResolvers } from '@weir/verdicts';
import { claimLog, createRedisWindowStore, watchRedis } from '@weir/window-store';
import type { RedisConnection } from '@weir/window-store';
import { createHistoryCache } from '@weir/windows';
import { machineClock } from './clock.ts';
import type { DetectionConfig } from './config.ts';
import type { DetectionParts } from './detection-parts.ts';
import { logPartsOf } from './log-parts.ts';
import type { DetectionObserver } from './observe.ts';
import { createPace } from './pace.ts';
import { runDetection } from './run-detection.ts';
import type { RunningDetection } from './run-detection.ts';
import { composeReleases } from './releases/compose-releases.ts';

/** What a worker is connected to, and who is told of its work. Whoever opened it closes it. */
export type DetectionConnections = Pick<KmsConnection, 'opener' | 'sealerFor'> & {
  readonly kafka: KafkaClient;
  readonly redis: RedisConnection;
  readonly observe: DetectionObserver;
};

/** Puts the real parts together as a configuration says, and runs them. */
export async function composeDetection(
  config: DetectionConfig,
  { kafka, opener, sealerFor, redis, observe }: DetectionConnections,
): Promise<RunningDetection> {
  const environment = config.WEIR_ENVIRONMENT;
  const opening = { opener, environment };
  const changesOfRedis = watchRedis(redis);
  const { teamModels, ...resolvers } = createResolvers({
    ...{ kafka, opener, environment },
    teamModelFolder: config.TEAM_MODEL_DIR,
    onListRead: observe.listRead,
  });
  const parts: DetectionParts = {
    opening,
    sealers: {
      cleared: sealerFor('cleared'),
      held: sealerFor('held'),
      rejected: sealerFor('rejected'),
      decisions: sealerFor('decisions'),
      intake: sealerFor('intake'),
    },
    openTransactions: (partition) =>
      kafka.createPartitionTransactions({
        transactionalId: `weir-${environment}-detection-${partition}`,
        groupId: config.DETECTION_GROUP_ID,
      }),
    ...resolvers,
    resolveTeamModel: teamModels.resolve,
    openStore: async ({ logId, partitionCount, versions }) => {
      await claimLog(redis, { environment, logId, partitionCount });
      return createRedisWindowStore({ connection: redis, logId, windowSet: versions.windowPlan });
    },
    ...logPartsOf(kafka),
    limits: { maxRecordsPerRun: config.BATCH_MAX_RECORDS },
    histories: createHistoryCache({ maxBytes: config.HISTORY_CACHE_BYTES }),
    clock: machineClock,
    observe,
  };
  const releases = await composeReleases(config, { ...parts, kafka, observe: observe.releases });
  const running = await runDetection({
    kafka,
    consumer: {
      groupId: config.DETECTION_GROUP_ID,
      partitionsConsumedConcurrently: await kafka.topicPartitions(streams.received.topic),
      sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
    },
    parts,
    checkEveryMs: config.IDLE_CHECK_INTERVAL_MS,
    checkStore: async () => observe.redisChanged(await changesOfRedis()),
    sampling:
      config.VERIFY_INTERVAL_MS === 0
        ? undefined
        : {
            everyMs: config.VERIFY_INTERVAL_MS,
            accounts: config.VERIFY_ACCOUNTS,
            readRange: kafka.readRange,
            sleep: (delayMs) => sleep(delayMs),
            random: Math.random,
          },
    backoffMs: (failures) =>
      backoffDelayMs(failures, {
        baseDelayMs: 100,
        maxDelayMs: config.RETRY_MAX_DELAY_MS,
        random: Math.random,
      }),
    pace: createPace({
      lingerMs: config.BATCH_LINGER_MS,
      nowMs: machineClock.nowMs,
      sleep: (delayMs) => sleep(delayMs),
    }),
    onRetry: observe.retrying,
    onLag: observe.lag,
  });
  const crashed = Promise.race([running.crashed, releases.crashed]);
  // Somebody may look only later.
  crashed.catch(() => undefined);
  return {
    crashed,
    isJoined: () => running.isJoined() && releases.isJoined(),
    isStuck: () => running.isStuck() || releases.isStuck(),
    stop: async () => {
      await Promise.all([running.stop(), releases.stop()]);
      await teamModels.close();
    },
  };
}
