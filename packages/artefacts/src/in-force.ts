import { artefactName, type Activation, type ArtefactKind, type Rollout } from '@weir/contracts';
import type { PublishedArtefacts } from './read-artefacts.ts';

/** A ruleset beside the one in force. */
export type Candidate = Activation & { readonly rollout: Rollout };

/**
 * The activations that a log decides by once all its partitions have been told. Undefined
 * where it is still what the log was opened with, or nothing.
 */
export type InForce = {
  readonly ruleset: Activation | undefined;
  readonly candidate: Candidate | undefined;
  readonly windowPlan: Activation | undefined;
  readonly model: Activation | undefined;
  readonly teamModel: Activation | undefined;
  /** By the names of the lists. */
  readonly lists: ReadonlyMap<string, Activation>;
};

type Activations = Pick<PublishedArtefacts, 'activations'>;

/** The activations of a log in the order of their numbers. */
export const activationsOf = ({ activations }: Activations, logId: string): readonly Activation[] =>
  activations.filter((one) => one.logId === logId).toSorted((one, other) => one.sequence - other.sequence);

/** The activation of a log with the highest number. */
export const lastActivation = (said: Activations, logId: string): Activation | undefined =>
  activationsOf(said, logId).at(-1);

/**
 * What is in force in a log by what has been said. A ruleset that comes in place of the
 * one in force ends the candidate, and each candidate comes in place of the one before.
 */
export function inForce(said: Activations, logId: string): InForce {
  const row = activationsOf(said, logId);
  const lastOf = (kind: ArtefactKind): Activation | undefined =>
    row.findLast((one) => one.artefactKind === kind);
  const rulesets = row.filter((one) => one.artefactKind === 'ruleset');
  return {
    ruleset: rulesets.findLast((one) => one.rollout === undefined),
    candidate: candidateIn(rulesets.at(-1)),
    windowPlan: lastOf('window_plan'),
    model: lastOf('model'),
    teamModel: lastOf('team_model'),
    lists: new Map(
      row.flatMap((one) => (one.artefactKind === 'list' ? [[artefactName(one.artefact), one] as const] : [])),
    ),
  };
}

function candidateIn(last: Activation | undefined): Candidate | undefined {
  if (last?.rollout === undefined) return undefined;
  return { ...last, rollout: last.rollout };
}
