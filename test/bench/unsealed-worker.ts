import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka } from '@weir/connections';
import { streams } from '@weir/contracts';
import { backoffDelayMs, createLogger, createMetrics, loadConfig, runWorker } from '@weir/runtime';
import { claimLog, createRedisWindowStore, openRedis, watchRedis } from '@weir/window-store';
import { createHistoryCache } from '@weir/windows';
import { machineClock } from '../../services/detection/src/clock.ts';
import { detectionConfig } from '../../services/detection/src/config.ts';
import type { DetectionParts } from '../../services/detection/src/detection-parts.ts';
import { logPartsOf } from '../../services/detection/src/log-parts.ts';
import { createObserver } from '../../services/detection/src/observe.ts';
import { createPace } from '../../services/detection/src/pace.ts';
import { createPlanResolver } from '../../services/detection/src/resolve-plan.ts';
import { runDetection } from '../../services/detection/src/run-detection.ts';
import { identityOpener, identitySealer } from './identity-envelope.ts';
import { renamedTopics } from './renamed-topics.ts';

/**
 * Detection composed as its own main.ts composes it, but for an envelope that
 * seals nothing and topics of another log: what it is faster by is what sealing
 * costs. Nothing that ships can be composed like this.
 */
await runWorker({
  name: 'unsealed-detection',
  start: async () => {
    const config = loadConfig(detectionConfig, process.env, { secrets: ['REDIS_URL'] });
    const log = createLogger({ service: 'unsealed-detection', level: config.LOG_LEVEL });
    const observe = createObserver(createMetrics({ service: 'unsealed-detection' }), log);
    const environment = config.WEIR_ENVIRONMENT;
    const connected = connectKafka(config, `weir-${environment}-detection`, log);
    const kafka = renamedTopics(connected, process.env['TOPIC_PREFIX'] ?? '');
    const redis = await openRedis({ url: config.REDIS_URL });
    const changesOfRedis = watchRedis(redis);
    const partitionCount = await kafka.topicPartitions(streams.received.topic);

    const parts: DetectionParts = {
      opening: { opener: identityOpener(), environment },
      sealers: {
        cleared: identitySealer(),
        held: identitySealer(),
        rejected: identitySealer(),
        decisions: identitySealer(),
      },
      openTransactions: (partition) =>
        kafka.createPartitionTransactions({
          transactionalId: `weir-${environment}-detection-${partition}`,
          groupId: config.DETECTION_GROUP_ID,
        }),
      resolvePlan: createPlanResolver({ opening: { opener: identityOpener(), environment }, kafka }),
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
    const running = await runDetection({
      kafka,
      consumer: {
        groupId: config.DETECTION_GROUP_ID,
        partitionsConsumedConcurrently: partitionCount,
        sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
      },
      parts,
      checkEveryMs: config.IDLE_CHECK_INTERVAL_MS,
      checkStore: async () => observe.redisChanged(await changesOfRedis()),
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
    const stopped = Promise.withResolvers<void>();
    return {
      done: Promise.race([running.crashed, stopped.promise]),
      stop: async () => {
        await running.stop();
        await redis.close();
        await connected.close();
        stopped.resolve();
      },
    };
  },
});
