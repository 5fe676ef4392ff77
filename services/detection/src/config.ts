import { z } from 'zod';
import {
  bytes,
  checkKafkaFields,
  checkKmsFields,
  checkRedisFields,
  count,
  durationMs,
  kafkaFields,
  kmsFields,
  redisFields,
  workerFields,
} from '@weir/runtime';

export const detectionGroupId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/)
  .default('weir-detection')
  .describe('The consumer group, whose committed offsets are the published positions.');

/** Everything that can be set about a detection worker. */
export const detectionConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    ...redisFields,
    DETECTION_GROUP_ID: detectionGroupId,
    GROUP_SESSION_TIMEOUT_MS: durationMs(10_000, { minMs: 6_000, maxMs: 300_000 }).describe(
      'How long a worker that died keeps its partitions: after that another takes them over.',
    ),
    BATCH_LINGER_MS: durationMs(30, { maxMs: 1_000 }).describe(
      'The least time between two transactions of a quiet partition: saves the broker work, costs latency.',
    ),
    BATCH_MAX_RECORDS: count(500, { min: 1, max: 1_000 }).describe(
      'The most records one chain commit and one Kafka transaction take.',
    ),
    HISTORY_CACHE_BYTES: bytes(100_663_296, { minBytes: 1_048_576 }).describe(
      'The most memory the histories of accounts may take, over all partitions.',
    ),
    TEAM_MODEL_DIR: z
      .string()
      .regex(/^\//, { error: 'expected an absolute path' })
      .optional()
      .describe(
        "The folder with the files of a team's own models, each named after its SHA-256: <sha256>.onnx. Needed once the log brings one into force.",
      ),
    IDLE_CHECK_INTERVAL_MS: durationMs(5_000, { minMs: 500, maxMs: 300_000 }).describe(
      'How often the windows of partitions nothing arrives for are looked at: lost ones are rebuilt without waiting for a record.',
    ),
    VERIFY_INTERVAL_MS: durationMs(600_000, { maxMs: 86_400_000 }).describe(
      'How often the windows of a few accounts of one partition are recomputed from the log by the way and compared. 0: never.',
    ),
    VERIFY_ACCOUNTS: count(3, { min: 1, max: 100 }).describe('How many accounts those are.'),
    RETRY_MAX_DELAY_MS: durationMs(5_000, { minMs: 100, maxMs: 60_000 }).describe(
      'The longest pause before a partition that failed is taken over again.',
    ),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(checkRedisFields);

export type DetectionConfig = z.output<typeof detectionConfig>;
