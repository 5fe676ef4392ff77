import { connectKafka, connectKms } from '@weir/connections';
import type { KmsConnection } from '@weir/connections';
import type { KafkaClient } from '@weir/kafka';
import {
  checkKafkaFields,
  checkKmsFields,
  createLogger,
  createMetrics,
  kafkaFields,
  kmsFields,
  loadConfig,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';

const observerConfig = z
  .object({ ...kafkaFields, ...kmsFields, WEIR_ENVIRONMENT: workerFields.WEIR_ENVIRONMENT })
  .check(checkKafkaFields)
  .check(checkKmsFields);

/** Looks at a pipeline from outside, in the role of ops: it reads and opens, and can't seal. */
export type Observer = {
  readonly kafka: KafkaClient;
  readonly opener: KmsConnection['opener'];
  readonly environment: string;
  readonly close: () => Promise<void>;
};

/** `env` is that of the role ops. Nothing is connected before the first call. */
export function createObserver(env: Readonly<Record<string, string>>): Observer {
  const config = loadConfig(observerConfig, env, { secrets: [] });
  const log = createLogger({ service: 'faults', level: 'fatal' });
  const kms = connectKms(config, createMetrics({ service: 'faults' }));
  const kafka = connectKafka(config, 'faults-observer', log);
  return {
    kafka,
    opener: kms.opener,
    environment: config.WEIR_ENVIRONMENT,
    close: async () => {
      await kafka.close();
      kms.close();
    },
  };
}
