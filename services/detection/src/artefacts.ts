import { WeirError } from '@weir/contracts';
import type { ModelSnapshot, Versions } from '@weir/contracts';
import { createJudge, misfitOf, resolveRuleset } from '@weir/rules';
import type { Judge, Ruleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';

/**
 * How to judge by the versions in force. Rulesets come with the program: one that
 * the log names and this program doesn't know stops it, for another verdict than
 * the log asks for would be worse than none. Throws WeirError `artefact_unknown`.
 */
export const resolveJudge = (versions: Versions, plan: WindowPlan, snapshot?: ModelSnapshot): Judge =>
  createJudge({ ruleset: rulesetOf(versions.ruleset), plan, versions, snapshot });

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

function rulesetOf(ref: string): Ruleset {
  const ruleset = resolveRuleset(ref);
  if (ruleset !== undefined) return ruleset;
  throw new WeirError(
    'artefact_unknown',
    `the log asks for ruleset ${ref}, which this version of Weir doesn't have; start one that does`,
  );
}
