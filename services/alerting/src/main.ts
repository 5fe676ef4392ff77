import { connectKafka, connectKms } from '@weir/connections';
import { streams, WeirError } from '@weir/contracts';
import { resolveRuleset } from '@weir/rules';
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
import { createMailer } from './mailer.ts';
import { renderMail } from './mail/render-mail.ts';
import { createObserver } from './observe.ts';
import { readSmtpUrl } from './smtp-url.ts';
import { watchRelay } from './watch-relay.ts';

const service = 'alerting';
const topics = [streams.held.topic, streams.rejected.topic];

await runWorker({
  name: service,
  start: async ({ signal }) => {
    const config = loadConfig(alertingConfig, process.env, { secrets: ['SMTP_URL'] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    log.info('starting', { config: redactConfig(config) });
    const metrics = createMetrics({ service });
    const observe = createObserver(metrics, log);
    const health = createHealth();
    const environment = config.WEIR_ENVIRONMENT;

    const smtp = readSmtpUrl(config.SMTP_URL);
    if (!smtp.ok) throw new WeirError('config_invalid', `SMTP_URL: ${smtp.problem}`);
    const mailer = createMailer({
      address: smtp.address,
      from: config.MAIL_FROM,
      maxConnections: config.MAIL_MAX_CONNECTIONS,
      timeoutMs: config.MAIL_TIMEOUT_MS,
    });
    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${environment}-${service}`, log);
    const partitionCounts = await Promise.all(topics.map(kafka.topicPartitions));

    const parts: AlertingParts = {
      opening: { opener: kms.opener, environment },
      sealers: { alerts: kms.sealerFor('alerts'), rejected: kms.sealerFor('rejected') },
      openTransactions: ({ stream, partition }) =>
        kafka.createPartitionTransactions({
          transactionalId: `weir-${environment}-${service}-${stream}-${partition}`,
          groupId: config.ALERTING_GROUP_ID,
        }),
      render: (notice) => renderMail(notice, { environment, rulesetOf: resolveRuleset }),
      mailer,
      recipients: config.MAIL_TO,
      limits: {
        maxRecordsPerRun: config.BATCH_MAX_RECORDS,
        maxParallelMails: config.MAIL_MAX_CONNECTIONS,
      },
      observe,
    };
    const consumerOf = createBatchConsumer({
      parts,
      backoffMs: (failures) =>
        backoffDelayMs(failures, {
          baseDelayMs: 500,
          maxDelayMs: config.RETRY_MAX_DELAY_MS,
          random: Math.random,
        }),
      onRetry: (input, error, forMs) => {
        health.fails(`${input.stream}-${input.partition}`, error.code);
        observe.retrying(input, error, forMs);
      },
      onProgress: (input, lagRecords) => {
        health.works(`${input.stream}-${input.partition}`);
        observe.lag(input, lagRecords);
      },
      onRelease: (input) => health.works(`${input.stream}-${input.partition}`),
    });

    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: health.problems,
    });
    const ended = Promise.withResolvers<void>();
    watchRelay({ mailer, health, observe, maxDelayMs: config.RETRY_MAX_DELAY_MS, signal }).catch(
      ended.reject,
    );
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
      stop: async () => {
        await consumer.stop();
        await consumerOf.close();
        await http.close();
        mailer.close();
        await kafka.close();
        kms.close();
        ended.resolve();
      },
    };
  },
});
