import { connectKafka } from '@weir/connections';
import { createLogger, createMetrics, loadConfig, runWorker } from '@weir/runtime';
import { openRedis } from '@weir/window-store';
import { composeDetection } from '../../services/detection/src/compose-detection.ts';
import { detectionConfig } from '../../services/detection/src/config.ts';
import { prefixedKafka } from '../../services/detection/src/fixtures/prefixed-kafka.ts';
import { createObserver } from '../../services/detection/src/observe.ts';
import { identityOpener, identitySealer } from './identity-envelope.ts';

const service = 'unsealed-detection';

/**
 * Detection composed as its own main.ts composes it, but for an envelope that
 * seals nothing and topics of another log: what it is faster by is what sealing
 * costs. Nothing that ships can be composed like this.
 */
await runWorker({
  name: service,
  start: async () => {
    const config = loadConfig(detectionConfig, process.env, { secrets: ['REDIS_URL'] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const observe = createObserver(createMetrics({ service }), log);
    const connected = connectKafka(config, `weir-${config.WEIR_ENVIRONMENT}-detection`, log);
    const kafka = prefixedKafka(connected, process.env['TOPIC_PREFIX'] ?? '', { renamesRecords: false });
    const redis = await openRedis({ url: config.REDIS_URL });
    const running = await composeDetection(config, {
      opener: identityOpener(),
      sealerFor: () => identitySealer(),
      kafka,
      redis,
      observe,
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
