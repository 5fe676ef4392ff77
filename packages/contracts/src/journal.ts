import { z } from 'zod';
import { activationSequence, modelLocation, rollout } from './artefact.ts';
import {
  artefactRef,
  instant,
  mostLists,
  offset,
  partitionNumber,
  pseudonym,
  score,
  sha256Hex,
} from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';
import { versions } from './verdict.ts';

const at = { offset };

/** What a decision was about, for who learns from outcomes: pseudonyms and what amounts are compared by. */
export const decidedSubject = z.strictObject({
  transaction: pseudonym,
  account: pseudonym,
  counterparty: z
    .string()
    .regex(/^(?:[0-9a-f]{12})?$/)
    .describe('First 6 bytes of its pseudonym, or ""'),
  eventTime: instant,
  currency: z.string().regex(/^[A-Z]{3}$/),
  creditDebitIndicator,
});
export type DecidedSubject = z.infer<typeof decidedSubject>;

/** What another ruleset would have said, or this one with its shadow rules: only where it isn't what was decided. */
export const alternative = z.strictObject({
  outcome: z.enum(['cleared', 'held']),
  alert: z.literal(true).optional(),
  score,
  reasons: z.array(z.string()),
});
export type Alternative = z.infer<typeof alternative>;

/** What became of one record of the log. `digest` is the SHA-256 of the verdict's canonical plaintext. */
export const decision = z.discriminatedUnion('outcome', [
  z.strictObject({
    ...at,
    outcome: z.enum(['cleared', 'held']),
    score,
    reasons: z.array(z.string()),
    features: z.array(z.number().nullable()).describe('In the order of featureNames'),
    digest: sha256Hex,
    teamScore: score
      .nullable()
      .optional()
      .describe("What a team's own model said; null where it failed, absent where none is asked"),
    subject: decidedSubject.optional().describe('Absent from journals of earlier releases'),
    ruleset: artefactRef.optional().describe('Where the candidate decided it: a canary, for its accounts'),
    alert: z.literal(true).optional().describe('Cleared, and an alert is due all the same'),
    alternative: alternative
      .optional()
      .describe('Of the ruleset that did not decide: the candidate, or for its accounts the one in force'),
    shadowRules: z.array(z.string()).optional().describe('The shadow rules that fired, where any did'),
  }),
  z.strictObject({ ...at, outcome: z.literal('duplicate'), firstOffset: offset }),
  z.strictObject({ ...at, outcome: z.literal('rejected'), code: z.enum(rejectionCodes) }),
  z.strictObject({ ...at, outcome: z.literal('control') }),
]);
export type Decision = z.infer<typeof decision>;

/**
 * One record of the journal: what one detection transaction did with the
 * offsets `from` (inclusive) to `to` (exclusive) of one partition of the log.
 * The records of a partition join without gap or overlap. An offset without a
 * decision is one the broker gave to no record, such as a transaction marker.
 */
export const journalRecord = z
  .strictObject({
    logId: z.uuid(),
    partition: partitionNumber,
    from: offset,
    to: offset,
    versions,
    sequence: activationSequence
      .optional()
      .describe('The number of the last activation in force; absent before the first'),
    model: z
      .strictObject({ digest: sha256Hex, location: modelLocation })
      .optional()
      .describe('Of the model in force, where there is one'),
    lists: z
      .array(z.strictObject({ ref: artefactRef, digest: sha256Hex, location: modelLocation }))
      .max(mostLists)
      .optional()
      .describe('The lists in force, where there are any'),
    candidate: z
      .strictObject({ ruleset: artefactRef, digest: sha256Hex, rollout })
      .optional()
      .describe('The ruleset beside the one in force, where there is one'),
    featureNames: z.array(z.string()),
    decisions: z.array(decision),
  })
  .refine(
    (record) =>
      record.from < record.to &&
      record.decisions.every(
        (one, index) => one.offset >= (record.decisions[index - 1]?.offset ?? record.from - 1) + 1,
      ) &&
      (record.decisions.at(-1)?.offset ?? record.from) < record.to,
    { message: 'decisions in offset order, between "from" and "to"' },
  )
  .describe('A journal record');
export type JournalRecord = z.infer<typeof journalRecord>;
