import type { FeatureValues, Verdict, Versions } from '@weir/contracts';
import type { Timeliness } from '@weir/windows';
import { combineWeights } from './combine-weights.ts';
import { evaluateRules, reasonOf, ruleFailed, untimely, type EvaluateRule } from './rule-reasons.ts';
import type { Ruleset } from './ruleset.ts';

export type DecideInput = {
  readonly features: FeatureValues;
  readonly ruleset: Ruleset;
  readonly timeliness: Timeliness;
  readonly versions: Versions;
};

/**
 * Decides one transaction by the weights of its rules: pure, total and
 * deterministic. It is held where
 *
 * - its score, 1 − Π(1 − weight) over the rules that fired, is at least `holdAt`;
 * - it came late or from the future, because its windows can't be trusted;
 * - a rule could not be evaluated (`rule_failed`): what nobody could check is
 *   never cleared.
 *
 * Score and outcome don't depend on the order of the rules. `reasons` holds the
 * built-in reasons first, which contribute 0, then the fired rules in the
 * ruleset's order. A rule's contribution is what it adds to the score of the
 * rules before it, so the contributions add up to the score; an equal rule
 * further down adds less.
 */
export function decide(
  { features, ruleset, timeliness, versions }: DecideInput,
  evaluate?: EvaluateRule,
): Verdict {
  const { fired, failed } = evaluateRules(ruleset.rules, features, evaluate);
  const { score, contributions } = combineWeights(fired.map((rule) => rule.weight));
  const builtIn = [...untimely(timeliness), ...ruleFailed(failed, features)];
  return {
    outcome: builtIn.length > 0 || score >= ruleset.holdAt ? 'held' : 'cleared',
    score,
    reasons: [...builtIn, ...fired.map((rule, index) => reasonOf(rule, contributions[index] ?? 0))],
    versions,
  };
}
