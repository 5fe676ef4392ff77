import type { FeatureValues } from '@weir/contracts';
import type { Condition, Rule } from './ruleset.ts';

/** What became of one rule. `failed`: it could not be evaluated, so nobody may say that it did not fire. */
export type RuleOutcome = 'fired' | 'quiet' | 'failed';

/**
 * Evaluates one rule. Every condition is looked at even where an earlier one
 * doesn't hold, so that a missing or malformed feature (absent, NaN, infinite)
 * always fails the rule and never hides behind another condition.
 */
export function evaluateRule(rule: Rule, features: FeatureValues): RuleOutcome {
  const outcomes = rule.when.map((condition) => evaluateCondition(condition, features[condition.feature]));
  if (outcomes.includes('failed')) return 'failed';
  return outcomes.includes('quiet') ? 'quiet' : 'fired';
}

function evaluateCondition(condition: Condition, value: unknown): RuleOutcome {
  if (value === null) return 'quiet';
  if (!Number.isFinite(value)) return 'failed';
  return holds(condition, value as number) ? 'fired' : 'quiet';
}

function holds(condition: Condition, value: number): boolean {
  if ('atLeast' in condition) return value >= condition.atLeast;
  if ('atMost' in condition) return value <= condition.atMost;
  return value === condition.equals;
}
