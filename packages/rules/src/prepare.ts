import { featureNamesOf } from '@weir/scoring';
import type { WindowPlan } from '@weir/windows';
import { checkRuleset } from './check-ruleset.ts';
import type { Term } from './expression/term.ts';
import { prepareRuleset, type PreparedRuleset } from './find-in-ruleset.ts';
import type { Ruleset } from './ruleset.ts';

/** Prepares a ruleset for a plan. Throws a RangeError where it doesn't fit: whoever brings it into force asks misfitOf first. */
export const prepareFor = (ruleset: Ruleset, plan: WindowPlan): PreparedRuleset =>
  prepareWith(ruleset, featureNamesOf(plan));

/** The same for features by their names. */
export function prepareWith(ruleset: Ruleset, features: readonly string[]): PreparedRuleset {
  const { problems, terms } = checkRuleset(ruleset, features);
  const [first] = problems;
  if (first !== undefined)
    throw new RangeError(`ruleset ${ruleset.ref} can't be used: ${first.path}: ${first.message}`);
  return prepareRuleset(
    ruleset,
    terms.filter((term): term is Term => term !== undefined),
  );
}
