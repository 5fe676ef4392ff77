import type { Decision, DecidedSubject, JournalRecord } from '@weir/contracts';

/** What becomes of a transaction: an alert is due for a flagged and for a held one. */
export const levels = ['cleared', 'flagged', 'held'] as const;
export type Level = (typeof levels)[number];

/** What one ruleset says of a transaction. */
export type Said = { readonly level: Level; readonly reasons: readonly string[] };

/** How the ruleset in force is accompanied: by none, or by a candidate in a stage of its rollout. */
export type Stage = {
  readonly stage: 'alone' | 'shadow' | 'canary';
  readonly ruleset: string;
  readonly candidate: string | null;
  readonly percent: number | null;
};

/** One decided transaction as both rulesets see it. */
export type BothWays = {
  readonly subject: DecidedSubject;
  /** The ruleset in force. */
  readonly base: Said;
  /** The candidate; where there is none, the ruleset in force with its shadow rules live. */
  readonly other: Said;
  /** True where the other one decided: a canary, for its accounts. */
  readonly byOther: boolean;
  readonly shadowRules: readonly string[];
};

export function stageOf({ versions, candidate }: JournalRecord): Stage {
  const { ruleset } = versions;
  if (candidate === undefined) return { stage: 'alone', ruleset, candidate: null, percent: null };
  const { rollout } = candidate;
  const percent = rollout.stage === 'canary' ? rollout.percent : null;
  return { stage: rollout.stage, ruleset, candidate: candidate.ruleset, percent };
}

/**
 * What both rulesets say of a transaction, from what the journal says was decided and what it says
 * the one that did not decide would have. Undefined of what got no verdict, and of journals of
 * earlier releases, which don't say when a transaction happened.
 */
export function bothWays(decision: Decision, { stage }: Stage): BothWays | undefined {
  if (decision.outcome !== 'cleared' && decision.outcome !== 'held') return undefined;
  const { subject, alternative, shadowRules = [] } = decision;
  if (subject === undefined) return undefined;
  const decided = saidBy(decision);
  const alternatively = alternative === undefined ? decided : saidBy(alternative);
  const byOther = decision.ruleset !== undefined;
  if (byOther) return { subject, base: alternatively, other: decided, byOther, shadowRules };
  const other =
    stage === 'alone'
      ? { ...alternatively, reasons: [...new Set([...alternatively.reasons, ...shadowRules])] }
      : alternatively;
  return { subject, base: decided, other, byOther, shadowRules };
}

const saidBy = (one: {
  readonly outcome: 'cleared' | 'held';
  readonly alert?: true | undefined;
  readonly reasons: readonly string[];
}): Said => ({
  level: one.outcome === 'held' ? 'held' : one.alert === true ? 'flagged' : 'cleared',
  reasons: one.reasons,
});
