import { connectKafka, connectKms } from '@weir/connections';
import type { KmsConnection } from '@weir/connections';
import type { KafkaClient } from '@weir/kafka';
import { createLogger, createMetrics, kafkaFields, kmsFields, loadConfig, workerFields } from '@weir/runtime';
import { z } from 'zod';

/** What a worker of a role has, for the benchmark itself to act in that role. */
export type RoleConnections = {
  readonly kafka: KafkaClient;
  readonly kms: KmsConnection;
  readonly close: () => Promise<void>;
};

export function connectRole(env: Readonly<Record<string, string>>): RoleConnections {
  const config = loadConfig(
    z.object({ ...workerFields, ...kafkaFields, ...kmsFields }),
    { HTTP_PORT: '0', ...env },
    { secrets: [] },
  );
  const log = createLogger({ service: 'bench', level: 'fatal' });
  const kafka = connectKafka(config, 'weir-bench', log);
  const kms = connectKms(config, createMetrics({ service: 'bench' }));
  return {
    kafka,
    kms,
    close: async () => {
      await kafka.close();
      kms.close();
    },
  };
}
