import { recordStart } from '@weir/audit';
import { connectKafka, connectKms } from '@weir/connections';
import {
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  redisTlsOf,
  runWorker,
  startHttpEndpoint,
} from '@weir/runtime';
import { openRedis } from '@weir/window-store';
import { composeDetection } from './compose-detection.ts';
import { detectionConfig } from './config.ts';
import { createObserver } from './observe.ts';
import type { RunningDetection } from './run-detection.ts';

const service = 'detection';

await runWorker({
  name: service,
  start: async ({ signal }) => {
    const config = loadConfig(detectionConfig, process.env, { secrets: ['REDIS_URL'] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    const metrics = createMetrics({ service });
    const observe = createObserver(metrics, log);

    const kms = connectKms(config, metrics);
    const kafka = connectKafka(config, `weir-${config.WEIR_ENVIRONMENT}-${service}`, log);
    const redis = await openRedis({ url: config.REDIS_URL, tls: redisTlsOf(config) });
    /** There once it has joined; asked after before. */
    const started: { detection?: RunningDetection } = {};
    const http = await startHttpEndpoint({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      metrics,
      live: () => [],
      ready: () => [
        ...kms.problems(),
        ...(started.detection?.isJoined() ? [] : [{ part: 'kafka', reason: 'not_joined' }]),
        ...(started.detection?.isStuck() ? [{ part: 'partitions', reason: 'retrying' }] : []),
      ],
    });
    const detection = await composeDetection(config, { ...kms, kafka, redis, observe });
    started.detection = detection;

    const stopped = Promise.withResolvers<void>();
    const environment = config.WEIR_ENVIRONMENT;
    recordStart({
      kafka,
      sealer: kms.sealerFor('intake'),
      environment,
      service,
      configuration,
      signal,
    }).catch(stopped.reject);
    return {
      done: Promise.race([detection.crashed, stopped.promise]),
      reload: kms.reload,
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
