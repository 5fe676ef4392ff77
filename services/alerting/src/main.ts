import { createLogger, createMetrics, loadConfig, redactConfig, runWorker } from '@weir/runtime';
import { alertingConfig } from './config.ts';
import { startAlerting } from './startup/start-alerting.ts';
import { startRebuild } from './startup/start-rebuild.ts';

const service = 'alerting';

await runWorker({
  name: service,
  start: ({ signal }) => {
    const config = loadConfig(alertingConfig, process.env, {
      secrets: ['SMTP_URL', 'WEBHOOK_URL', 'DATABASE_URL'],
    });
    const log = createLogger({ service, level: config.LOG_LEVEL });
    const configuration = redactConfig(config);
    log.info('starting', { config: configuration });
    const start = config.MODE === 'rebuild' ? startRebuild : startAlerting;
    return start({ config, configuration, log, metrics: createMetrics({ service }), signal });
  },
});
