import { inForce, type PublishedArtefacts } from '@weir/artefacts';
import { WeirError } from '@weir/contracts';
import { artefactBodies, misfitOf } from '@weir/rules';
import { defaultWindowPlan, type WindowPlan } from '@weir/windows';
import { findPlanAmong } from './publish-plan.ts';
import { findRulesetAmong } from './rulesets/find-ruleset.ts';

/** A log as it stands: what has been said, and the ruleset it was opened with, where it still says so. */
export type LogStanding = {
  readonly said: PublishedArtefacts;
  readonly logId: string;
  readonly opened: string | undefined;
};

export const planInForce = ({ said, logId }: Pick<LogStanding, 'said' | 'logId'>): WindowPlan =>
  findPlanAmong(inForce(said, logId).windowPlan?.artefact ?? defaultWindowPlan.ref, said)?.plan ??
  defaultWindowPlan;

type Named = { readonly artefact: string; readonly digest?: string };

/**
 * Makes sure that a plan has windows for the ruleset in force and for the candidate beside it. Where
 * retention has deleted what says the one in force, it may be any that is built in. Throws WeirError
 * `artefact_unknown` where it hasn't.
 */
export function requireRulesetsFit(plan: WindowPlan, { said, logId, opened }: LogStanding): void {
  const { ruleset, candidate } = inForce(said, logId);
  const builtIn = artefactBodies.flatMap((one) => (one.kind === 'ruleset' ? [{ artefact: one.ref }] : []));
  const base = ruleset ?? (opened === undefined ? undefined : { artefact: opened });
  const deciding: readonly Named[] = base === undefined ? builtIn : [base];
  for (const { artefact: ref, digest } of [...deciding, ...(candidate === undefined ? [] : [candidate])]) {
    const found = findRulesetAmong(ref, said, digest);
    const misfit = found === undefined ? "this release doesn't have it" : misfitOf(found.ruleset, plan);
    if (misfit === undefined) continue;
    throw new WeirError(
      'artefact_unknown',
      `ruleset ${ref} can't decide under window plan ${plan.ref}: ${misfit}`,
    );
  }
}

/** Throws WeirError `artefact_unknown` where the ruleset in force asks no model for a score. */
export function requireScored({ said, logId, opened }: LogStanding): void {
  const { ruleset } = inForce(said, logId);
  const ref = ruleset?.artefact ?? opened;
  const found = ref === undefined ? undefined : findRulesetAmong(ref, said, ruleset?.digest);
  if (found?.ruleset.scoring === 'model') return;
  throw new WeirError(
    'artefact_unknown',
    `ruleset ${ref ?? 'of the log'} is in force, which decides by its rules alone and asks no model for a score`,
  );
}
