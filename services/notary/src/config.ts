import { z } from 'zod';
import {
  checkKafkaFields,
  checkKmsFields,
  count,
  durationMs,
  kafkaFields,
  kmsFields,
  workerFields,
} from '@weir/runtime';

/** Everything that can be set about the notary. */
export const notaryConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    AUDIT_SIGNING_KEY: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/, {
        error: 'expected the ARN of a KMS key',
      })
      .describe('The key that signs the checkpoints: ECC_NIST_P256, for signing and verifying.'),
    AUDIT_CHECKPOINT_DIR: z
      .string()
      .regex(/^\//, { error: 'expected an absolute path' })
      .describe(
        'The folder each checkpoint is also written to, best on write-once storage. It has to be there; nothing in it is ever changed.',
      ),
    NOTARY_GROUP_ID: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .default('weir-notary')
      .describe('The consumer group, whose committed offset says what has been recorded.'),
    GROUP_SESSION_TIMEOUT_MS: durationMs(10_000, { minMs: 2_000, maxMs: 300_000 }).describe(
      'How long a notary may be silent before another takes its place; the broker sets the least (group.min.session.timeout.ms).',
    ),
    BATCH_MAX_RECORDS: count(500, { min: 1, max: 2_000 }).describe(
      'The most entries of one Kafka transaction.',
    ),
    CHECKPOINT_INTERVAL_MS: durationMs(60_000, { minMs: 100, maxMs: 3_600_000 }).describe(
      'How long an entry may wait for its checkpoint where fewer than 256 are waiting.',
    ),
    RETRY_MAX_DELAY_MS: durationMs(5_000, { minMs: 100, maxMs: 60_000 }).describe(
      'The longest pause before the notary tries again.',
    ),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields);
