import {
  checkKafkaFields,
  checkKmsFields,
  count,
  kafkaFields,
  kmsFields,
  redisUrl,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';
import { detectionGroupId } from '../config.ts';

/** Everything that can be set about a process that looks after windows beside the worker. */
export const upkeepConfig = z
  .object({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    MODE: z.enum(['verify']).describe('Compare the windows with the log.'),
    REDIS_URL: redisUrl().describe('The Redis that keeps the windows.'),
    DETECTION_GROUP_ID: detectionGroupId,
    VERIFY_PARTITION: count(0, { min: 0, max: 100_000 })
      .optional()
      .describe('The one partition to verify. Unset: all of them.'),
    VERIFY_ACCOUNTS: count(100, { min: 1, max: 10_000 })
      .optional()
      .describe('How many accounts of each partition to verify. Unset: all of them.'),
    VERIFY_SEED: z.string().min(1).max(64).default('weir').describe('By what the accounts are chosen.'),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields);

export type UpkeepConfig = Readonly<z.output<typeof upkeepConfig>>;
