export {
  bytes,
  count,
  durationMs,
  json,
  port,
  redisUrl,
  secretFile,
  secretText,
  textFile,
  url,
  urlList,
} from './config/config-fields.ts';
export { crossFieldCheck, type FieldProblem, type GivenFields } from './config/cross-field-check.ts';
export { describeConfig } from './config/describe-config.ts';
export { checkKafkaFields, kafkaFields } from './config/kafka-fields.ts';
export {
  checkKmsFields,
  givenKmsKeys,
  kmsFields,
  kmsKeysOf,
  type KmsKeys,
  readKmsKeysFile,
} from './config/kms-fields.ts';
export { loadConfig } from './config/load-config.ts';
export { checkRedisFields, redisFields, redisTlsOf } from './config/redis-fields.ts';
export { redactConfig, type RedactedConfig } from './config/redact-config.ts';
export { workerFields } from './config/worker-fields.ts';
export {
  type CounterMetric,
  createMetrics,
  type GaugeMetric,
  type HistogramMetric,
  type Labels,
  type Metrics,
} from './create-metrics.ts';
export { createTurns } from './create-turns.ts';
export { type ExitCode, exitCodes } from './exit-codes.ts';
export {
  createLogger,
  type LiteralMessage,
  type Logger,
  type LogLevel,
  logLevels,
} from './logging/create-logger.ts';
export type { LogFields } from './logging/safe-fields.ts';
export { type Backoff, backoffDelayMs, retryWithBackoff, sleep } from './retry-with-backoff.ts';
export { runWorker, type RunningWorker } from './run-worker.ts';
export {
  type Health,
  type HealthProblem,
  type HttpEndpoint,
  startHttpEndpoint,
} from './start-http-endpoint.ts';
