import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka, connectKms } from '@weir/connections';
import { streams, WeirError } from '@weir/contracts';
import {
  backoffDelayMs,
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  runWorker,
  startHttpEndpoint,
} from '@weir/runtime';
import { claimLog, createRedisWindowStore, openRedis } from '@weir/window-store';
import { detectionConfig } from './config.ts';
import { createBatchConsumer } from './consume-batch.ts';
import type { DetectionParts } from './detection-parts.ts';
import { createObserver } from './observe.ts';
import { createPace } from './pace.ts';

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
      openStore: async ({ logId, partitionCount: made }) => {
        await claimLog(redis, { environment, logId, partitionCount: made });
        return createRedisWindowStore({ connection: redis, logId });
      },
      logOffsets: async (partition) => {
        const offsets = await kafka.offsets(streams.received.topic);
        const found = offsets.find((one) => one.partition === partition);
        if (found === undefined) throw new WeirError('topic_mismatch', `partition ${partition} is not there`);
        return { ...found, partitionCount: offsets.length };
      },
      lastJournalRecord: (partition) => kafka.lastRecord(streams.decisions.topic, partition),
      limits: {
        maxRecordsPerRun: config.BATCH_MAX_RECORDS,
        historyCacheBytesPerPartition: Math.floor(config.HISTORY_CACHE_BYTES / partitionCount),
      },
      observe,
    };
    const consumerOf = createBatchConsumer({
      parts,
      backoffMs: (failures) =>
        backoffDelayMs(failures, {
          baseDelayMs: 100,
          maxDelayMs: config.RETRY_MAX_DELAY_MS,
          random: Math.random,
        }),
      pace: createPace({
        lingerMs: config.BATCH_LINGER_MS,
        nowMs: () => performance.now(),
        sleep: (delayMs) => sleep(delayMs),
      }),
      onRetry: observe.retrying,
      onLag: observe.lag,
    });

    const ended = Promise.withResolvers<void>();
    let joined = false;
    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [
        ...(joined ? [] : [{ part: 'kafka', reason: 'not_joined' }]),
        ...(consumerOf.isStuck() ? [{ part: 'partitions', reason: 'retrying' }] : []),
      ],
    });
    const consumer = await kafka.runConsumer({
      groupId: config.DETECTION_GROUP_ID,
      topics: [streams.received.topic],
      readCommitted: true,
      partitionsConsumedConcurrently: partitionCount,
      sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
      onBatch: consumerOf.onBatch,
      onAssigned: () => {
        joined = true;
      },
      onRevoked: (partitions) => {
        joined = false;
        consumerOf.release(partitions.map(({ partition }) => partition));
      },
      onCrash: ended.reject,
    });

    return {
      done: ended.promise,
      stop: async () => {
        await consumer.stop();
        await consumerOf.close();
        await http.close();
        await redis.close();
        await kafka.close();
        kms.close();
        ended.resolve();
      },
    };
  },
});
