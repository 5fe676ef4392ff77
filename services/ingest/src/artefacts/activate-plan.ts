import { WeirError } from '@weir/contracts';
import { artefactBodies, misfitOf, resolveRuleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import { activate, type Activated, type ActivationPorts } from './activate.ts';
import { findPlanAmong } from './publish-plan.ts';

/**
 * Brings a window plan into force, as `activate` does. A plan that detection can't
 * decide by would stop it for good; so such a one is refused before anything is said.
 *
 * Throws WeirError `artefact_unknown` for a plan that has not been published, was
 * published twice with different content, or has no windows for the ruleset in
 * force, and what `activate` throws.
 */
export async function activatePlan(
  { ref, logId }: { readonly ref: string; readonly logId: string },
  ports: ActivationPorts,
): Promise<Activated> {
  let plan: WindowPlan | undefined;
  const activated = await activate(
    {
      logId,
      choose: (said) => {
        const found = findPlanAmong(ref, said);
        if (found === undefined)
          throw new WeirError('artefact_unknown', `window plan ${ref} has not been published`);
        plan = found.plan;
        return { artefactKind: 'window_plan', artefact: ref, digest: found.digest };
      },
      verify: async (_wanted, ruleset) => {
        if (plan !== undefined) requireFitting(plan, ruleset);
      },
    },
    ports,
  );
  if (activated === undefined) throw new Error('a plan that was chosen came not into force');
  return activated;
}

/** The ruleset is the one the log was opened with; where retention has deleted what says it, it may be any. */
function requireFitting(plan: WindowPlan, opened: string | undefined): void {
  const inForce =
    opened === undefined
      ? artefactBodies.flatMap((one) => (one.kind === 'ruleset' ? [one.ref] : []))
      : [opened];
  for (const ref of inForce) {
    const ruleset = resolveRuleset(ref);
    const misfit = ruleset === undefined ? "this release doesn't have it" : misfitOf(ruleset, plan);
    if (misfit === undefined) continue;
    throw new WeirError(
      'artefact_unknown',
      `ruleset ${ref} can't decide under window plan ${plan.ref}: ${misfit}`,
    );
  }
}
