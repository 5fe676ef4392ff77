import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka, connectKms } from '@weir/connections';
import { streams } from '@weir/contracts';
import {
  backoffDelayMs,
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  runWorker,
  startHttpEndpoint,
} from '@weir/runtime';
import { claimLog, createRedisWindowStore, openRedis, watchRedis } from '@weir/window-store';
import { createHistoryCache } from '@weir/windows';
import { machineClock } from './clock.ts';
import { detectionConfig } from './config.ts';
import type { DetectionParts } from './detection-parts.ts';
import { logPartsOf } from './log-parts.ts';
import { createObserver } from './observe.ts';
import { createPace } from './pace.ts';
import { createPlanResolver } from './resolve-plan.ts';
import { runDetection } from './run-detection.ts';
import type { RunningDetection } from './run-detection.ts';

const service = 'detection';

await runWorker({
  name: service,
  start: async () => {
    const config = loadConfig(detectionConfig, process.env, { secrets: ['REDIS_URL'] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    log.info('starting', { config: redactConfig(config) });
    const metrics = createMetrics({ service });
    const observe = createObserver(metrics, log);
    const environment = config.WEIR_ENVIRONMENT;

    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${environment}-${service}`, log);
    const redis = await openRedis({ url: config.REDIS_URL });
    const changesOfRedis = watchRedis(redis);
    const partitionCount = await kafka.topicPartitions(streams.received.topic);

    const parts: DetectionParts = {
      opening: { opener: kms.opener, environment },
      sealers: {
        cleared: kms.sealerFor('cleared'),
        held: kms.sealerFor('held'),
        rejected: kms.sealerFor('rejected'),
        decisions: kms.sealerFor('decisions'),
      },
      openTransactions: (partition) =>
        kafka.createPartitionTransactions({
          transactionalId: `weir-${environment}-${service}-${partition}`,
          groupId: config.DETECTION_GROUP_ID,
        }),
      resolvePlan: createPlanResolver({ opening: { opener: kms.opener, environment }, kafka }),
      openStore: async ({ logId, partitionCount: made, versions }) => {
        await claimLog(redis, { environment, logId, partitionCount: made });
        return createRedisWindowStore({ connection: redis, logId, windowSet: versions.windowPlan });
      },
      ...logPartsOf(kafka),
      limits: { maxRecordsPerRun: config.BATCH_MAX_RECORDS },
      histories: createHistoryCache({ maxBytes: config.HISTORY_CACHE_BYTES }),
      clock: machineClock,
      observe,
    };
    /** There once it has joined; asked after before. */
    const started: { detection?: RunningDetection } = {};
    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [
        ...(started.detection?.isJoined() ? [] : [{ part: 'kafka', reason: 'not_joined' }]),
        ...(started.detection?.isStuck() ? [{ part: 'partitions', reason: 'retrying' }] : []),
      ],
    });
    const detection = await runDetection({
      kafka,
      consumer: {
        groupId: config.DETECTION_GROUP_ID,
        partitionsConsumedConcurrently: partitionCount,
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
    started.detection = detection;

    const stopped = Promise.withResolvers<void>();
    return {
      done: Promise.race([detection.crashed, stopped.promise]),
      stop: async () => {
        await detection.stop();
        await http.close();
        await redis.close();
        await kafka.close();
        kms.close();
        stopped.resolve();
      },
    };
  },
});
