import { setTimeout as sleep } from 'node:timers/promises';
import { auditRequestEvent, recordStart } from '@weir/audit';
import { connectKafka, connectKms } from '@weir/connections';
import { streams } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { Producer } from '@weir/kafka';
import {
  backoffDelayMs,
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  runWorker,
  startHttpEndpoint,
} from '@weir/runtime';
import { learnerConfig } from './config.ts';
import { learnerHealth } from './health.ts';
import { createLearningLoop } from './learner.ts';
import { createObserver } from './observe.ts';

const service = 'learner';

await runWorker({
  name: service,
  start: async ({ signal }) => {
    const config = loadConfig(learnerConfig, process.env, { secrets: [] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    const metrics = createMetrics({ service });
    const environment = config.WEIR_ENVIRONMENT;

    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${environment}-${service}`, log);
    const intake = kms.sealerFor('intake');
    // Only a record that somebody else wrote is told of, so most learners never need one.
    let producer: Producer | undefined;
    const learner = createLearningLoop({
      parts: {
        kafka,
        opening: { opener: kms.opener, environment },
        sealer: kms.sealerFor('models'),
        openTransactions: () =>
          kafka.createPartitionTransactions({
            transactionalId: `weir-${environment}-${service}-0`,
            groupId: config.LEARNER_GROUP_ID,
          }),
        audit: async (requests) => {
          const options = {
            sealer: intake,
            stream: 'intake',
            environment,
            source: `/weir/${service}`,
          } as const;
          const sealed = await sealEvents(options, requests.map(auditRequestEvent));
          producer ??= await kafka.createProducer();
          // One by one: together they might be more than one append may hold.
          for (const record of sealed) await producer.append(streams.intake.topic, 0, [record]);
        },
        nowMs: Date.now,
        limits: {
          cadenceMs: config.LEARNING_CADENCE_MS,
          delayMs: config.OUTCOMES_DELAY_MS,
          allowedLatenessMs: config.ALLOWED_LATENESS_MS,
          maxReports: config.OUTCOMES_MAX_REPORTS,
          maxDecisions: config.LEARNING_MAX_DECISIONS,
          stretchOffsets: 5_000,
        },
        observe: createObserver(metrics, log),
        signal,
      },
      backoffMs: (failures) =>
        backoffDelayMs(failures, {
          baseDelayMs: 250,
          maxDelayMs: config.RETRY_MAX_DELAY_MS,
          random: Math.random,
        }),
    });

    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [
        ...kms.problems(),
        ...learnerHealth({ owns: learner.owns(), waitsFor: learner.waitsFor() }),
      ],
    });
    const learning = (async () => {
      while (!signal.aborted) {
        await learner.tick();
        // What cuts the pause short is the stop.
        await sleep(config.POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    })();
    const ended = Promise.withResolvers<void>();
    learning.catch(ended.reject);
    recordStart({ kafka, sealer: intake, environment, service, configuration, signal }).catch(ended.reject);

    return {
      done: ended.promise,
      reload: kms.reload,
      stop: async () => {
        await learning.catch(() => undefined);
        await learner.close();
        await http.close();
        await producer?.close();
        await kafka.close();
        kms.close();
        ended.resolve();
      },
    };
  },
});
