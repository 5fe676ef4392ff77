import { checkApiFields } from '@weir/access';
import {
  checkKafkaFields,
  checkKmsFields,
  count,
  crossFieldCheck,
  durationMs,
  kafkaFields,
  kmsFields,
  url,
  workerFields,
} from '@weir/runtime';
import type { FieldProblem, GivenFields } from '@weir/runtime';
import { z } from 'zod';
import { apiFields } from './api/api-fields.ts';
import { checkWebhookFields } from './channels/webhook/webhook-fields.ts';
import { checkRoutesFields, routesFields } from './receivers/routes-fields.ts';

/** The path of a file that is read when it is needed, and again on SIGHUP. */
const path = () => z.string().min(1).max(4_096);

const storeFields = {
  STORE_DIR: path()
    .optional()
    .describe('The folder of the embedded database of the alerts. Of one process alone.'),
  DATABASE_URL: url(['postgres', 'postgresql'])
    .optional()
    .describe(
      'A PostgreSQL server for the alerts instead, which two processes can share: postgres://user:password@host/database.',
    ),
  DATABASE_CA_FILE: path()
    .optional()
    .describe("Certificate authorities that the server's certificate is checked against (PEM)."),
  RETENTION_DAYS: count(400, { min: 1, max: 3_650 }).describe(
    'How long closed alerts are kept, with their evidence.',
  ),
};

/** Everything that can be set about an alerting worker. */
export const alertingConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    MODE: z
      .enum(['run', 'rebuild'])
      .default('run')
      .describe('"rebuild" fills an empty store from the topics, tells nobody, and ends.'),
    ...storeFields,
    ...routesFields,
    ...apiFields,
    ALERTING_GROUP_ID: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .default('weir-alerting')
      .describe('The consumer group. Its committed offsets follow the positions of the store.'),
    GROUP_SESSION_TIMEOUT_MS: durationMs(10_000, { minMs: 6_000, maxMs: 300_000 }).describe(
      'How long a worker may be silent before its partitions go to another.',
    ),
    BATCH_MAX_RECORDS: count(2_000, { min: 1, max: 5_000 }).describe(
      'The most records that one transaction of the store takes in.',
    ),
    RETRY_MAX_DELAY_MS: durationMs(30_000, { minMs: 100, maxMs: 60_000 }).describe(
      'The longest pause before a partition that failed is tried again.',
    ),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(crossFieldCheck(checkStoreFields))
  .check(checkRoutesFields)
  .check(checkWebhookFields)
  .check(crossFieldCheck(checkApiFields));
export type AlertingConfig = Readonly<z.output<typeof alertingConfig>>;

function checkStoreFields(given: GivenFields): readonly FieldProblem[] {
  if (given.has('STORE_DIR') !== given.has('DATABASE_URL')) {
    if (!given.has('DATABASE_CA_FILE') || given.has('DATABASE_URL')) return [];
    return [{ variable: 'DATABASE_CA_FILE', message: 'belongs to DATABASE_URL, which is not set' }];
  }
  return [{ variable: 'STORE_DIR', message: 'is needed where DATABASE_URL is not set, and only there' }];
}
