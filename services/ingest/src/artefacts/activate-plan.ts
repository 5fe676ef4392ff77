import { WeirError } from '@weir/contracts';
import { activate, type Activated, type ActivationPorts } from './activate.ts';
import { findPlanAmong } from './publish-plan.ts';
import { requireRulesetsFit, requireTeamModelFits } from './what-fits.ts';

/**
 * Brings a window plan into force, as `activate` does. A plan that detection can't
 * decide by would stop it for good; so such a one is refused before anything is said.
 *
 * Throws WeirError `artefact_unknown` for a plan that has not been published, was
 * published twice with different content, or has no windows for the ruleset in
 * force, the candidate beside it or the team's own model, and what `activate` throws.
 */
export async function activatePlan(
  { ref, logId }: { readonly ref: string; readonly logId: string },
  ports: ActivationPorts,
): Promise<Activated> {
  const activated = await activate(
    {
      logId,
      choose: (said, opened) => {
        const found = findPlanAmong(ref, said);
        if (found === undefined)
          throw new WeirError('artefact_unknown', `window plan ${ref} has not been published`);
        requireRulesetsFit(found.plan, { said, logId, opened });
        requireTeamModelFits(found.plan, { said, logId });
        return { artefactKind: 'window_plan', artefact: ref, digest: found.digest };
      },
    },
    ports,
  );
  if (activated === undefined) throw new Error('a plan that was chosen came not into force');
  return activated;
}
