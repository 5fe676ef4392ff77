import { grantAtKafka } from '@weir/connections';
import { kafkaGrants, readRoleEnvironment } from '@weir/local';
import type { Provisioning } from '@weir/local';
import { checkKafkaFields, createLogger, kafkaFields, loadConfig, workerFields } from '@weir/runtime';
import { z } from 'zod';
import { runIngest } from '../ingest/run-ingest.ts';

const adminConfig = z
  .object({ ...kafkaFields, WEIR_ENVIRONMENT: workerFields.WEIR_ENVIRONMENT })
  .check(checkKafkaFields);

/**
 * Makes the topics, names the log, and grants each role what it may do at Kafka,
 * where nobody may do anything ungranted. The topics are made in the name of
 * Kafka's admin: no worker can make one, or change its settings. Idempotent. An abort ends it.
 */
export async function provisionLog(
  home: string,
  provisioning: Provisioning,
  signal?: AbortSignal,
): Promise<void> {
  const { kafkaAdmin, needsGrants } = provisioning;
  if (needsGrants) {
    const config = loadConfig(
      adminConfig,
      { ...readRoleEnvironment(home, 'ingest'), ...kafkaAdmin },
      { secrets: [] },
    );
    const environment = config.WEIR_ENVIRONMENT;
    const log = createLogger({ service: 'weir', level: 'fatal' });
    await grantAtKafka(config, `weir-${environment}-admin`, log, kafkaGrants(environment));
  }
  await runIngest({ home, env: { MODE: 'open-log', ...kafkaAdmin }, signal });
}
