import { artefactRef } from '@weir/contracts';
import {
  bytes,
  checkKafkaFields,
  checkKmsFields,
  checkRedisFields,
  durationMs,
  kafkaFields,
  kmsFields,
  redisFields,
  redisUrl,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';
import { detectionGroupId } from '../config.ts';

/** One without a default: unset has a meaning of its own. */
const wholeNumber = () =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .optional()
    .transform((text) => (text === undefined ? undefined : Number(text)));

/** Everything that can be set about a process that looks after windows beside the worker. */
export const upkeepConfig = z
  .object({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    MODE: z
      .enum(['verify', 'rebuild'])
      .describe('Compare the windows with the log, or fill windows from it beside the workers.'),
    ...redisFields,
    DETECTION_GROUP_ID: detectionGroupId,
    PLAN: artefactRef.optional().describe('The window plan to fill windows for. Unset: the one in force.'),
    TARGET_REDIS_URL: redisUrl()
      .optional()
      .describe('The Redis to fill windows in, where it is another one than the workers use.'),
    ACTIVATE: z
      .enum(['true', 'false'])
      .default('false')
      .describe('Wait for the log to bring the plan into force, and fill the windows up to there.'),
    SWITCH_TIMEOUT_MS: durationMs(120_000, { maxMs: 3_600_000 }).describe(
      'How long to wait for the workers to come to where the log brings the plan into force.',
    ),
    HISTORY_CACHE_BYTES: bytes(134_217_728, { minBytes: 1_048_576 }).describe(
      'The most memory the histories of accounts may take while windows are filled.',
    ),
    VERIFY_PARTITION: wholeNumber().describe('The one partition to verify. Unset: all of them.'),
    VERIFY_ACCOUNTS: wholeNumber()
      .refine(
        (accounts) => accounts === undefined || (accounts >= 1 && accounts <= 10_000),
        'expected 1 to 10000',
      )
      .describe('How many accounts of each partition to verify. Unset: all of them.'),
    VERIFY_SEED: z.string().min(1).max(64).default('weir').describe('By what the accounts are chosen.'),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(checkRedisFields);

export type UpkeepConfig = Readonly<z.output<typeof upkeepConfig>>;
