import type { Verdict, Versions } from '@weir/contracts';
import type { Contributions } from '@weir/scoring';
import type { Timeliness } from '@weir/windows';
import { combineWeights } from './combine-weights.ts';
import type { Finding, Findings } from './find-in-ruleset.ts';
import { reasonOf, ruleFailed, standingOf, untimely } from './rule-reasons.ts';
import type { Ruleset } from './ruleset.ts';

export type DecideInput = {
  readonly findings: Findings;
  readonly ruleset: Ruleset;
  readonly timeliness: Timeliness;
  readonly versions: Versions;
};

/** What a ruleset decides of one transaction. */
export type Decision = {
  readonly verdict: Verdict;
  /** Cleared, and an alert is due all the same. */
  readonly alert: boolean;
  /** The rules and lists among the reasons. */
  readonly told: readonly Finding[];
  /** Of a transaction that people will look at and a model scored, and of no other: nobody asks why of the rest. */
  readonly contributions: Contributions | undefined;
};

/**
 * Decides one transaction by the weights of its rules: pure, total and
 * deterministic. It is held where
 *
 * - its score, 1 − Π(1 − weight) over the scoring rules that fired, is at least `holdAt`;
 * - a policy or a list that holds fired;
 * - it came late or from the future, because its windows can't be trusted;
 * - a rule could not be evaluated (`rule_failed`): what nobody could check is
 *   never cleared.
 *
 * Score and outcome don't depend on the order of the rules. `reasons` holds the
 * built-in reasons first, which contribute 0, then lists and fired rules in the
 * ruleset's order; of more than fifty, those that mattered most. A rule's contribution is what it adds to the score of the
 * rules before it, so the contributions of all that fired add up to the score; an
 * equal rule further down adds less. Policies and lists contribute 0.
 */
export function decide({ findings, ruleset, timeliness, versions }: DecideInput): Decision {
  const { fired } = findings;
  const weights = fired.map(({ act, weight }) => (act === 'score' ? weight : 0));
  const { score, contributions } = combineWeights(weights);
  const builtIn = [...untimely(timeliness), ...ruleFailed(findings)];
  const { outcome, alert, told } = standingOf(builtIn, fired, score, ruleset);
  const reasons = told.map((finding) => reasonOf(finding, contributions[fired.indexOf(finding)] ?? 0));
  return {
    verdict: { outcome, score, reasons: [...builtIn, ...reasons], versions },
    ...{ alert, told, contributions: undefined },
  };
}
