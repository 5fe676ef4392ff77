import { z } from 'zod';
import { artefactRef, instant, mostLists, offset, partitionNumber, score } from './fields.ts';
import { creditDebitIndicator, transaction } from './transaction.ts';

/** The versions a verdict was made under. They are a function of the log: control records set them. */
export const versions = z.strictObject({
  ruleset: artefactRef,
  windowPlan: artefactRef,
  model: artefactRef.optional().describe('Absent before the first model came into force'),
  teamModel: artefactRef.optional().describe("Absent before a team's own model came into force"),
  lists: z
    .array(artefactRef)
    .max(mostLists)
    .optional()
    .describe('The lists in force, by name; absent before the first came into force'),
});
export type Versions = z.infer<typeof versions>;

export const severity = z.enum(['low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof severity>;

/** Reasons that come from the step itself, not from a rule of the ruleset. */
export const builtInReasons = ['late', 'future_dated', 'rule_failed', 'model_failed'] as const;

/**
 * Why a transaction scored as it did: the rule's id (or a built-in reason), how
 * much it contributed to the score, and the features it looked at, by name.
 */
export const reason = z.strictObject({
  rule: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/),
  severity,
  contribution: score,
  features: z.array(z.string()),
});
export type Reason = z.infer<typeof reason>;

export const outcome = z.enum(['cleared', 'held']);

export const verdict = z.strictObject({
  outcome,
  score,
  reasons: z.array(reason),
  versions,
});
export type Verdict = z.infer<typeof verdict>;

/** Feature values by name; null where a feature has no value, such as a usual amount without history. */
export const featureValues = z.record(z.string(), z.number().nullable());
export type FeatureValues = z.infer<typeof featureValues>;

/** One of the account's recent amounts, for the picture and the usual range in an alert. */
export const recentAmount = z.strictObject({
  eventTime: instant,
  amountMinor: z.int(),
  currency: z.string(),
  creditDebitIndicator,
});

/** A part of a score, in whole millionths: it may take away, and be more than the score where another takes it away again. */
const signedScore = z.number().min(-1000).max(1000);

/** `cold`: nothing to compare with but the account's peers; `short`: its own past counts in part; `settled`: it alone. */
export const historyState = z.enum(['cold', 'short', 'settled']);
export type HistoryState = z.infer<typeof historyState>;

/** What a person needs to understand a held transaction without asking the pipeline again. */
export const evidence = z.strictObject({
  features: featureValues,
  /** The account's usual amounts for this currency and direction; null without history. */
  usualAmount: z
    .strictObject({
      lowMinor: z.int(),
      typicalMinor: z.int(),
      highMinor: z.int(),
      transactions: z.int(),
      windowSpanMs: z.int(),
    })
    .nullable(),
  recentAmounts: z.array(recentAmount).max(30),
  /** How the score came about: the base and what each feature adds to it or takes away; together the score exactly. */
  contributions: z
    .strictObject({
      base: signedScore,
      features: z.array(z.strictObject({ feature: z.string(), contribution: signedScore })).max(200),
    })
    .optional(),
  /** How much of a history there was to compare with. */
  state: historyState.optional(),
  /** The words of the rules that fired, of rulesets that were published: whoever tells people needs no ruleset. */
  rules: z
    .array(z.strictObject({ rule: z.string(), title: z.string(), explanation: z.string() }))
    .max(100)
    .optional(),
});
export type Evidence = z.infer<typeof evidence>;

/** Where the transaction stands in the log. `sourceOffset` only grows per partition: a reader drops repeats by it. */
const position = { sourcePartition: partitionNumber, sourceOffset: offset };

export const clearedTransaction = z
  .strictObject({ transaction, verdict: verdict.extend({ outcome: z.literal('cleared') }), ...position })
  .describe('A cleared transaction');
export type ClearedTransaction = z.infer<typeof clearedTransaction>;

export const heldTransaction = z
  .strictObject({
    transaction,
    verdict: verdict.extend({ outcome: z.literal('held') }),
    evidence,
    ...position,
  })
  .describe('A held transaction with the evidence for its verdict');
export type HeldTransaction = z.infer<typeof heldTransaction>;

/** It went through, and people shall look at it all the same. It stands on its own besides the cleared event. */
export const flaggedTransaction = z
  .strictObject({
    transaction,
    verdict: verdict.extend({ outcome: z.literal('cleared') }),
    evidence,
    ...position,
  })
  .describe('A cleared transaction that an alert is due for, with the evidence for it');
export type FlaggedTransaction = z.infer<typeof flaggedTransaction>;
