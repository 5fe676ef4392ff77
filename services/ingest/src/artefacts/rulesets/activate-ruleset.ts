import { inForce, type PublishedArtefacts } from '@weir/artefacts';
import type { Rollout } from '@weir/contracts';
import type { ListsReader } from '@weir/lists';
import { misfitOf } from '@weir/rules';
import { activate, type Activatable, type Activated, type ActivationPorts } from '../activate.ts';
import { modelBesideRules, planInForce } from '../what-fits.ts';
import { approvalOf, requireRuleset } from './approve-ruleset.ts';
import type { FoundRuleset } from './find-ruleset.ts';
import { askedLists, requireWhatListsHold, type AskedList } from './require-lists.ts';
import { RulesetRefused } from './ruleset-refused.ts';

export type RulesetPorts = ActivationPorts & { readonly lists: ListsReader };

export type RulesetActivation = {
  readonly ref: string;
  readonly logId: string;
  /** Beside the one in force; absent, it comes in its place and ends any candidate. */
  readonly rollout?: Rollout | undefined;
};

/**
 * Brings a ruleset into force, or beside the one that is, as `activate` does. Saying it again finishes it
 * where it was interrupted.
 *
 * Throws RulesetRefused `ruleset_unknown`, `not_approved`, `ruleset_unfit` saying what to do, WeirError
 * `artefact_unknown` where it was altered after it was published, and what `activate` throws.
 */
export async function activateRuleset(
  { ref, logId, rollout }: RulesetActivation,
  ports: RulesetPorts,
): Promise<Activated> {
  let asked: readonly AskedList[] = [];
  const activated = await activate(
    {
      logId,
      choose: (said, opened) => {
        const found = requireRuleset(ref, said);
        requireApproved(ref, found, said);
        requireFitting(found, said, logId, rollout);
        asked = askedLists(found.ruleset, said, logId);
        const base = inForce(said, logId).ruleset?.artefact ?? opened;
        if (rollout !== undefined && base === ref)
          throw new RulesetRefused(
            'ruleset_unfit',
            `${ref} is in force already: only another ruleset can be tried beside it`,
          );
        return activatableOf(ref, found, rollout);
      },
      verify: () => requireWhatListsHold(asked, ports.lists),
    },
    ports,
  );
  if (activated === undefined) throw new Error('a ruleset that was chosen came not into force');
  return activated;
}

export const activatableOf = (ref: string, { digest }: FoundRuleset, rollout?: Rollout): Activatable => ({
  artefactKind: 'ruleset',
  artefact: ref,
  digest,
  ...(rollout === undefined ? {} : { rollout }),
});

function requireApproved(ref: string, found: FoundRuleset, said: PublishedArtefacts): void {
  if (found.isBuiltIn || approvalOf(said, ref, found) !== undefined) return;
  throw new RulesetRefused(
    'not_approved',
    `${ref} was published by ${found.publishedBy ?? 'nobody who said so'} and has not been approved by somebody else`,
  );
}

/**
 * Throws RulesetRefused `ruleset_unfit`, with what to do, where it can't decide under the plan, the lists and,
 * unless it comes beside the one in force, the team's own model.
 */
export function requireFitting(
  { ruleset }: FoundRuleset,
  said: PublishedArtefacts,
  logId: string,
  rollout?: Rollout,
): void {
  const plan = planInForce({ said, logId });
  const misfit = misfitOf(ruleset, plan);
  if (misfit !== undefined)
    throw new RulesetRefused('ruleset_unfit', `${ruleset.ref} can't decide by what is in force: ${misfit}`);
  const model = rollout === undefined ? modelBesideRules(ruleset, { said, logId }) : undefined;
  if (model !== undefined)
    throw new RulesetRefused(
      'ruleset_unfit',
      `${ruleset.ref} decides by its rules alone, and the team's own model ${model} is in force, which only scores beside the score of the model; take ${model} away first ("weir team-model activate" with a description whose kind is "none")`,
    );
  askedLists(ruleset, said, logId);
}
