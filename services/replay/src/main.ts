import { createLogger, createMetrics, loadConfig, redactConfig, runWorker } from '@weir/runtime';
import { replayConfig } from './config.ts';
import { startReplay } from './startup/start-replay.ts';

const service = 'replay';

await runWorker({
  name: service,
  start: ({ signal }) => {
    const config = loadConfig(replayConfig, process.env, { secrets: [] });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    return startReplay({ config, configuration, log, metrics: createMetrics({ service }), signal });
  },
});
