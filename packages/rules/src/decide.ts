import type { FeatureValues, Reason, Verdict, Versions } from '@weir/contracts';
import type { Timeliness } from '@weir/windows';
import { evaluateRule, type RuleOutcome } from './evaluate-rule.ts';
import { combineWeights } from './combine-weights.ts';
import type { Rule, Ruleset } from './ruleset.ts';

export type DecideInput = {
  readonly features: FeatureValues;
  readonly ruleset: Ruleset;
  readonly timeliness: Timeliness;
  readonly versions: Versions;
};

/**
 * Decides one transaction: pure, total and deterministic. It is held where
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
  evaluate: (rule: Rule, features: FeatureValues) => RuleOutcome = evaluateRule,
): Verdict {
  const outcomes = ruleset.rules.map((rule) => ({ rule, outcome: outcomeOf(rule, features, evaluate) }));
  const fired = outcomes.filter(({ outcome }) => outcome === 'fired').map(({ rule }) => rule);
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);
  const { score, contributions } = combineWeights(fired.map((rule) => rule.weight));
  const builtIn = [...untimely(timeliness), ...ruleFailed(failed, features)];
  return {
    outcome: builtIn.length > 0 || score >= ruleset.holdAt ? 'held' : 'cleared',
    score,
    reasons: [
      ...builtIn,
      ...fired.map((rule, index) => ({
        rule: rule.id,
        severity: rule.severity,
        contribution: contributions[index] ?? 0,
        features: featuresOf(rule),
      })),
    ],
    versions,
  };
}

/** A rule that throws is a bug of ours, but its transaction must neither be cleared nor stop the partition. */
function outcomeOf(
  rule: Rule,
  features: FeatureValues,
  evaluate: (rule: Rule, features: FeatureValues) => RuleOutcome,
): RuleOutcome {
  try {
    return evaluate(rule, features);
  } catch {
    return 'failed';
  }
}

const featuresOf = (rule: Rule): string[] => [...new Set(rule.when.map((condition) => condition.feature))];

function untimely(timeliness: Timeliness): readonly Reason[] {
  switch (timeliness) {
    case 'timely':
      return [];
    case 'late':
      return [{ rule: 'late', severity: 'medium', contribution: 0, features: [] }];
    case 'future_dated':
      return [{ rule: 'future_dated', severity: 'medium', contribution: 0, features: [] }];
  }
}

/**
 * One reason for all rules that failed, and for every feature that is no number
 * even where no rule looks at it: whoever made it made the others too.
 */
function ruleFailed(failed: readonly Rule[], features: FeatureValues): readonly Reason[] {
  const malformed = Object.keys(features).filter(
    (name) => features[name] !== null && !Number.isFinite(features[name]),
  );
  const involved = [...new Set([...failed.flatMap(featuresOf), ...malformed])];
  if (involved.length === 0) return [];
  return [{ rule: 'rule_failed', severity: 'high', contribution: 0, features: involved }];
}
