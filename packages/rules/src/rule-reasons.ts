import type { builtInReasons, FeatureValues, Reason } from '@weir/contracts';
import type { Timeliness } from '@weir/windows';
import { evaluateRule, type RuleOutcome } from './evaluate-rule.ts';
import type { Rule } from './ruleset.ts';

export type EvaluateRule = (rule: Rule, features: FeatureValues) => RuleOutcome;

/** The rules that fired, in the ruleset's order, and those that could not be evaluated. */
export function evaluateRules(
  rules: readonly Rule[],
  features: FeatureValues,
  evaluate: EvaluateRule = evaluateRule,
): { readonly fired: readonly Rule[]; readonly failed: readonly Rule[] } {
  const outcomes = rules.map((rule) => ({ rule, outcome: outcomeOf(rule, features, evaluate) }));
  const rulesThat = (wanted: RuleOutcome): Rule[] =>
    outcomes.filter(({ outcome }) => outcome === wanted).map(({ rule }) => rule);
  return { fired: rulesThat('fired'), failed: rulesThat('failed') };
}

/** A rule that throws is a bug of ours, but its transaction must neither be cleared nor stop the partition. */
function outcomeOf(rule: Rule, features: FeatureValues, evaluate: EvaluateRule): RuleOutcome {
  try {
    return evaluate(rule, features);
  } catch {
    return 'failed';
  }
}

export const reasonOf = (rule: Rule, contribution: number): Reason => ({
  rule: rule.id,
  severity: rule.severity,
  contribution,
  features: featuresOf(rule),
});

const featuresOf = (rule: Rule): string[] => [...new Set(rule.when.map((condition) => condition.feature))];

/** The reason of a transaction whose windows can't be trusted. */
export function untimely(timeliness: Timeliness): readonly Reason[] {
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
export function ruleFailed(failed: readonly Rule[], features: FeatureValues): readonly Reason[] {
  const malformed = Object.keys(features).filter(
    (name) => features[name] !== null && !Number.isFinite(features[name]),
  );
  const involved = [...new Set([...failed.flatMap(featuresOf), ...malformed])];
  return involved.length === 0 ? [] : [failure('rule_failed', involved)];
}

/** What nobody could check is never cleared. */
export const failure = (rule: (typeof builtInReasons)[number], features: string[]): Reason => ({
  rule,
  severity: 'high',
  contribution: 0,
  features,
});
