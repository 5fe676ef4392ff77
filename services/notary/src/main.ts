import { recordStart } from '@weir/audit';
import { connectKafka, connectKms, kmsAccessOf } from '@weir/connections';
import { streams } from '@weir/contracts';
import { createAwsSigner } from '@weir/kms';
import {
  backoffDelayMs,
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  runWorker,
  startHttpEndpoint,
} from '@weir/runtime';
import { createCheckpointStore } from './checkpoint-store.ts';
import { notaryConfig } from './config.ts';
import { notaryHealth } from './health.ts';
import { createNotary } from './notary.ts';
import { createObserver } from './observe.ts';

const service = 'notary';
const tickEveryMs = 500;
const { topic } = streams.intake;

await runWorker({
  name: service,
  start: async ({ signal }) => {
    const config = loadConfig(notaryConfig, process.env, { secrets: [] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    const metrics = createMetrics({ service });
    const observe = createObserver(metrics, log);
    const environment = config.WEIR_ENVIRONMENT;

    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${environment}-${service}`, log);
    const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: config.AUDIT_SIGNING_KEY });
    const notary = createNotary({
      parts: {
        kafka,
        opening: { opener: kms.opener, environment },
        sealer: kms.sealerFor('audit'),
        openTransactions: () =>
          kafka.createPartitionTransactions({
            transactionalId: `weir-${environment}-${service}-0`,
            groupId: config.NOTARY_GROUP_ID,
          }),
        signer,
        store: createCheckpointStore(config.AUDIT_CHECKPOINT_DIR),
        nowMs: Date.now,
        limits: {
          maxRecordsPerBatch: config.BATCH_MAX_RECORDS,
          checkpointIntervalMs: config.CHECKPOINT_INTERVAL_MS,
        },
        observe,
      },
      backoffMs: (failures) =>
        backoffDelayMs(failures, {
          baseDelayMs: 250,
          maxDelayMs: config.RETRY_MAX_DELAY_MS,
          random: Math.random,
        }),
    });

    let isJoined = false;
    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [
        ...kms.problems(),
        ...notaryHealth({ isJoined, owns: notary.owns(), waitsFor: notary.waitsFor() }),
      ],
    });
    const ended = Promise.withResolvers<void>();
    const consumer = await kafka.runConsumer({
      groupId: config.NOTARY_GROUP_ID,
      topics: [topic],
      readCommitted: true,
      partitionsConsumedConcurrently: 1,
      sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS,
      maxFetchWaitMs: 100,
      onBatch: notary.onBatch,
      onAssigned: (partitions) => {
        isJoined = true;
        // A second notary waits with nothing of its own, ready to take the place of the first.
        if (partitions.length > 0) notary.assigned();
      },
      onRevoked: () => {
        isJoined = false;
        notary.revoked();
      },
      onCrash: ended.reject,
    });
    const ticking = setInterval(() => void notary.tick().catch(ended.reject), tickEveryMs);
    const sealer = kms.sealerFor('intake');
    recordStart({ kafka, sealer, environment, service, configuration, signal }).catch(ended.reject);

    return {
      done: ended.promise,
      reload: kms.reload,
      stop: async () => {
        clearInterval(ticking);
        await consumer.stop();
        await notary.close();
        await http.close();
        await kafka.close();
        signer.close();
        kms.close();
        ended.resolve();
      },
    };
  },
});
