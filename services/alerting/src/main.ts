import { recordStart } from '@weir/audit';
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
import type { AlertingParts } from './alerting-parts.ts';
import { alertingConfig } from './config.ts';
import { createBatchConsumer } from './consume-batch.ts';
import { createHealth } from './health.ts';
import { createObserver } from './observe.ts';
import { openChannels } from './open-channels.ts';
import { watchChannel } from './watch-channel.ts';
import { readWebhookSecrets } from './webhook/webhook-fields.ts';

const service = 'alerting';
const topics = [streams.held.topic, streams.rejected.topic];

await runWorker({
  name: service,
  start: async ({ signal }) => {
    const config = loadConfig(alertingConfig, process.env, {
      secrets: ['SMTP_URL', 'WEBHOOK_URL'],
    });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    const metrics = createMetrics({ service });
    const health = createHealth();
    const observe = createObserver(metrics, log, health);
    const environment = config.WEIR_ENVIRONMENT;

    let webhookSecrets = config.WEBHOOK_SECRETS_FILE ?? [];
    const channels = openChannels(config, () => webhookSecrets);
    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${environment}-${service}`, log);
    const partitionCounts = await Promise.all(topics.map(kafka.topicPartitions));

    const intake = kms.sealerFor('intake');
    const parts: AlertingParts = {
      opening: { opener: kms.opener, environment },
      sealers: {
        alerts: kms.sealerFor('alerts'),
        rejected: kms.sealerFor('rejected'),
        intake,
      },
      openTransactions: ({ stream, partition }) =>
        kafka.createPartitionTransactions({
          transactionalId: `weir-${environment}-${service}-${stream}-${partition}`,
          groupId: config.ALERTING_GROUP_ID,
        }),
      channels,
      limits: { maxRecordsPerRun: config.BATCH_MAX_RECORDS },
      observe,
    };
    const backoff = { baseDelayMs: 500, maxDelayMs: config.RETRY_MAX_DELAY_MS, random: Math.random };
    const consumerOf = createBatchConsumer({
      parts,
      // A receiver may ask for time, and never for more than any partition waits.
      backoffMs: (failures, askedMs) =>
        Math.max(backoffDelayMs(failures, backoff), Math.min(askedMs, backoff.maxDelayMs)),
      onRetry: observe.retrying,
      onProgress: observe.progress,
      onRelease: observe.released,
    });

    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [...health.problems(), ...kms.problems()],
    });
    const ended = Promise.withResolvers<void>();
    for (const channel of channels)
      watchChannel({ channel, observe, maxDelayMs: config.RETRY_MAX_DELAY_MS, signal }).catch(ended.reject);
    recordStart({ kafka, sealer: intake, environment, service, configuration, signal }).catch(ended.reject);
    const consumer = await kafka.runConsumer({
      groupId: config.ALERTING_GROUP_ID,
      topics,
      readCommitted: true,
      partitionsConsumedConcurrently: partitionCounts.reduce((sum, count) => sum + count, 0),
      sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
      onBatch: consumerOf.onBatch,
      onAssigned: () => health.joined(true),
      onRevoked: (partitions) => {
        health.joined(false);
        consumerOf.release(partitions);
      },
      onCrash: ended.reject,
    });

    return {
      done: ended.promise,
      reload: () => {
        try {
          webhookSecrets = readWebhookSecrets(process.env);
        } finally {
          kms.reload();
        }
      },
      stop: async () => {
        await consumer.stop();
        await consumerOf.close();
        await http.close();
        for (const channel of channels) channel.close();
        await kafka.close();
        kms.close();
        ended.resolve();
      },
    };
  },
});
