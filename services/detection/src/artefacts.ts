import { WeirError } from '@weir/contracts';
import { misfitOf, resolveRuleset } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';

/**
 * Refuses a ruleset that looks at what the plan has no windows for. Throws
 * WeirError `artefact_unknown`: neither of the two is wrong, but nothing may be
 * decided by them together.
 */
export function requireRulesetWithin(ref: string, plan: WindowPlan): void {
  const misfit = misfitOf(rulesetOf(ref), plan);
  if (misfit === undefined) return;
  throw new WeirError(
    'artefact_unknown',
    `ruleset ${ref} can't decide under window plan ${plan.ref}: ${misfit}`,
  );
}

/**
 * The ruleset of a ref. Rulesets come with the program: one that the log names and
 * this program doesn't know stops it. Throws WeirError `artefact_unknown`.
 */
export function rulesetOf(ref: string): Ruleset {
  const ruleset = resolveRuleset(ref);
  if (ruleset !== undefined) return ruleset;
  throw new WeirError(
    'artefact_unknown',
    `the log asks for ruleset ${ref}, which this version of Weir doesn't have; start one that does`,
  );
}
