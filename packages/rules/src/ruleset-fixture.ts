import type { Versions } from '@weir/contracts';
import type { Rule, Ruleset } from './ruleset.ts';

export const versions: Versions = { ruleset: 'test@1', windowPlan: 'standard@1' };

/** A rule that fires where the feature of its own name is at least 1. */
export const ruleOf = (id: string, weight: number): Rule => ({
  id,
  title: id,
  severity: 'medium',
  weight,
  when: [{ feature: id, atLeast: 1 }],
  explanation: `It is {${id}}.`,
});

export const rulesetOf = (rules: Ruleset['rules'], holdAt = 0.5): Ruleset => ({
  ref: 'test@1',
  holdAt,
  rules,
});
