import { featureEntryOf, featureNamesOf } from '@weir/scoring';
import { longestSpanMs, type WindowPlan } from '@weir/windows';
import { readRuleset } from './read-ruleset.ts';
import type { Ruleset } from './ruleset.ts';

/** Features that don't name a span of the plan look back so far. */
const shortestReachMs = 86_400_000;

const whatToDo =
  'bring a plan that has them into force with "weir windows rebuild --plan", then this ruleset';

/**
 * Why nothing may be decided by a ruleset under a window plan, though neither of
 * the two is wrong: it looks at what the plan has no windows for; with what to do about that. Undefined where
 * they fit. Whoever brings one of them into force asks this first, and so does
 * whoever decides by them.
 */
export function misfitOf(ruleset: Ruleset, plan: WindowPlan): string | undefined {
  const outcome = readRuleset(ruleset, featureNamesOf(plan));
  if (outcome.ok)
    return longestSpanMs(plan) < shortestReachMs
      ? `the longest span of plan ${plan.ref} is shorter than 24 hours`
      : undefined;
  const [{ path, message }] = outcome.problems;
  const missing = spanFeaturesOutside(ruleset, plan);
  if (missing.length === 0) return `${path}: ${message}`;
  const features = missing.map(({ feature }) => feature);
  const spans = [...new Set(missing.map(({ span }) => span))];
  return `${path}: it looks at ${features.join(', ')}, and plan ${plan.ref} has no window for that over ${spans.join(', ')}: ${whatToDo}`;
}

/** Every name in the document that would be a feature if the plan had its span. */
function spanFeaturesOutside(
  { rules, lists = [], definitions = {} }: Ruleset,
  plan: WindowPlan,
): readonly { readonly feature: string; readonly span: string }[] {
  const known = featureNamesOf(plan);
  const conditions = rules.flatMap(({ when }) =>
    typeof when === 'string' ? [when] : when.map(({ feature }) => feature),
  );
  const explanations = [...rules, ...lists].map(({ explanation }) => explanation);
  const texts = [...conditions, ...Object.values(definitions), ...explanations];
  const names = new Set(texts.flatMap((text) => text.match(/[A-Za-z]\w*/g) ?? []));
  return [...names].flatMap((feature) => {
    const span = featureEntryOf(feature)?.span;
    return span === undefined || known.includes(feature) ? [] : [{ feature, span }];
  });
}
