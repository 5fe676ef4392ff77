import { z } from 'zod';
import { defaultCadenceMs } from '@weir/learning';
import {
  checkKafkaFields,
  checkKmsFields,
  count,
  crossFieldCheck,
  durationMs,
  kafkaFields,
  kmsFields,
  workerFields,
} from '@weir/runtime';

const dayMs = 86_400_000;

/** Everything that can be set about the learner. */
export const learnerConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    LEARNER_GROUP_ID: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .default('weir-learner')
      .describe('The group in whose committed offset stands what was learned and from where to go on.'),
    LEARNING_CADENCE_MS: durationMs(defaultCadenceMs, { minMs: 60_000, maxMs: 7 * dayMs }).describe(
      'How often a snapshot is made, in event time.',
    ),
    OUTCOMES_DELAY_MS: durationMs(7 * dayMs, { minMs: 60_000, maxMs: 24 * dayMs }).describe(
      'How old a transaction must be, in event time, before it is learned from. What nobody has reported by then counts as genuine.',
    ),
    ALLOWED_LATENESS_MS: durationMs(dayMs, { maxMs: 24 * dayMs }).describe(
      'How late a transaction may be, as the window plan has it: so far behind a due one others may be due.',
    ),
    OUTCOMES_MAX_REPORTS: count(1_000_000, { min: 1_000, max: 50_000_000 }).describe(
      'The most outcomes of the last 45 days that are kept in memory; with one more the learner stops.',
    ),
    LEARNING_MAX_DECISIONS: count(50_000, { min: 100, max: 5_000_000 }).describe(
      'The most decisions that are put in order in memory at once; more are read in several passes.',
    ),
    POLL_INTERVAL_MS: durationMs(5_000, { minMs: 50, maxMs: 600_000 }).describe(
      'How often the learner looks for outcomes and for how far event time has come.',
    ),
    RETRY_MAX_DELAY_MS: durationMs(30_000, { minMs: 100, maxMs: 600_000 }).describe(
      'The longest pause before the learner tries again.',
    ),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(
    crossFieldCheck((given) => {
      const [delay, lateness] = ['OUTCOMES_DELAY_MS', 'ALLOWED_LATENESS_MS'].map(given.value);
      // A transaction that comes late, but in time, must not be due before it comes.
      const isShort = typeof delay === 'number' && typeof lateness === 'number' && delay < lateness;
      return isShort
        ? [{ variable: 'OUTCOMES_DELAY_MS', message: 'is shorter than ALLOWED_LATENESS_MS' }]
        : [];
    }),
  );
