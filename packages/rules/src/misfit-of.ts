import { featureNamesOf } from '@weir/scoring';
import { longestSpanMs, type WindowPlan } from '@weir/windows';
import { readRuleset } from './read-ruleset.ts';
import type { Ruleset } from './ruleset.ts';

/** Features that don't name a span of the plan look back so far. */
const shortestReachMs = 86_400_000;

/**
 * Why nothing may be decided by a ruleset under a window plan, though neither of
 * the two is wrong: it looks at what the plan has no windows for. Undefined where
 * they fit. Whoever brings one of them into force asks this first, and so does
 * whoever decides by them.
 */
export function misfitOf(ruleset: Ruleset, plan: WindowPlan): string | undefined {
  const outcome = readRuleset(ruleset, featureNamesOf(plan));
  if (!outcome.ok) return `${outcome.problems[0].path}: ${outcome.problems[0].message}`;
  return longestSpanMs(plan) < shortestReachMs ? 'its longest span is shorter than 24 hours' : undefined;
}
