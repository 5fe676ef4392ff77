import {
  artefactRef,
  creditDebitIndicator,
  offset,
  partitionNumber,
  pseudonym,
  rejectionCodes,
  score,
  sha256Hex,
} from '@weir/contracts';
import { z } from 'zod';

/** What was decided of one record, as far as two decisions are compared. */
const judgement = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.enum(['cleared', 'held']),
    score,
    alert: z.boolean(),
    reasons: z.array(z.string()).readonly().describe('The rules and reasons, in their order'),
    ruleset: artefactRef.describe('The ruleset that decided'),
    digest: sha256Hex.describe("SHA-256 of the verdict's canonical plaintext"),
    features: z
      .record(z.string(), z.number().nullable())
      .readonly()
      .describe('By name; null where the account has too little history'),
  }),
  z.strictObject({ outcome: z.literal('duplicate'), firstOffset: offset }),
  z.strictObject({ outcome: z.literal('rejected'), code: z.enum(rejectionCodes) }),
]);
export type Judgement = Readonly<z.infer<typeof judgement>>;
export type JudgedVerdict = Extract<Judgement, { outcome: 'cleared' | 'held' }>;

/** A transaction as a report shows it: pseudonyms, amounts and times, nothing that names anybody. */
const judgedSubject = z.strictObject({
  partition: partitionNumber,
  offset,
  account: pseudonym.optional().describe('Absent, like what follows, of a record that could not be read'),
  transaction: pseudonym.optional(),
  eventTimeMs: z.int().optional(),
  amountMinor: z.int().min(0).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  creditDebitIndicator: creditDebitIndicator.optional(),
});
export type JudgedSubject = Readonly<z.infer<typeof judgedSubject>>;

/** One record judged twice: then, by the journal, and now. */
export type JudgedPair = {
  readonly subject: JudgedSubject;
  readonly then: Judgement;
  readonly now: Judgement;
};

/**
 * How two judgements differ, the gravest first: `kind` is a verdict against a duplicate or a rejection, or one of
 * these against another; a `flip` changes what became of the transaction, or whether an alert is due; a `score` its
 * score or reasons; `features` what these were made of, and nothing else; `bytes` none of it, and yet the verdict's
 * canonical plaintext or its ruleset.
 */
export const differenceKinds = ['same', 'kind', 'flip', 'score', 'features', 'bytes'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** A pair that differs, as it is kept: of the features of verdicts only those that differ. */
export const replayDifference = z.strictObject({
  kind: z.enum(differenceKinds).exclude(['same']),
  subject: judgedSubject,
  then: judgement,
  now: judgement,
});
export type ReplayDifference = Readonly<z.infer<typeof replayDifference>>;
