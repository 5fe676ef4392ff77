import { artefactName, mostLists, WeirError } from '@weir/contracts';
import type { ControlRecord, JournalRecord, ModelLocation, Versions } from '@weir/contracts';

/** What the log says of a model beside its name: nobody has to search for it. */
export type ModelInForce = { readonly digest: string; readonly location: ModelLocation };

/** A list in force, with its digest and where it stands. */
export type ListInForce = ModelInForce & { readonly ref: string };

/** The ruleset beside the one in force: a shadow decides nothing, a canary the transactions of its accounts. */
export type CandidateInForce = NonNullable<JournalRecord['candidate']>;

/** Which log a partition belongs to, and what is in force in it at a position. */
export type LogState = {
  readonly logId: string;
  readonly partitionCount: number;
  readonly versions: Versions;
  /** Where the model of the versions stands, and its digest; absent where they name none. */
  readonly model?: ModelInForce;
  /** Where the lists of the versions stand, in the order of their names; absent where they name none. */
  readonly lists?: readonly ListInForce[];
  readonly candidate?: CandidateInForce;
  /** The number of the last activation in force; 0 before the first. */
  readonly sequence: number;
};

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;

/**
 * The state of the log behind a control record of it. Saying one again changes
 * nothing, also where a newer one came in between. Throws WeirError
 * `artefact_unknown` for a model or a list that the record doesn't say the place
 * of, and for more lists than there may be.
 */
export function applyControl(log: LogState, control: ControlRecord): LogState {
  switch (control.kind) {
    case 'log_opened':
      return log;
    case 'artefact_activated':
      return control.sequence <= log.sequence
        ? log
        : { ...activate(log, control), sequence: control.sequence };
  }
}

function activate(log: LogState, control: Activated): LogState {
  const { artefactKind, artefact } = control;
  switch (artefactKind) {
    case 'ruleset':
      return activateRuleset(log, control);
    case 'window_plan':
      return { ...log, versions: withVersions(log, { windowPlan: artefact }) };
    case 'team_model':
      return { ...log, versions: withVersions(log, { teamModel: artefact }) };
    case 'list':
      return activateList(log, control);
    case 'model':
      return { ...log, versions: withVersions(log, { model: artefact }), model: placeOf(control) };
  }
}

/** In the contract's order of keys, which spares each verdict a parse that would bring it into it. */
function withVersions({ versions }: LogState, changed: Partial<Versions>): Versions {
  const { ruleset, windowPlan, model, teamModel, lists } = { ...versions, ...changed };
  return {
    ...{ ruleset, windowPlan },
    ...(model === undefined ? {} : { model }),
    ...(teamModel === undefined ? {} : { teamModel }),
    ...(lists === undefined ? {} : { lists }),
  };
}

/** In place of the one in force, which ends a candidate; or beside it, in place of the candidate before. */
function activateRuleset(log: LogState, { artefact, digest, rollout }: Activated): LogState {
  if (rollout !== undefined) return { ...log, candidate: { ruleset: artefact, digest, rollout } };
  const { candidate: _ended, ...rest } = log;
  return { ...rest, versions: withVersions(log, { ruleset: artefact }) };
}

/** In place of the earlier version of its name, where there is one. */
function activateList(log: LogState, control: Activated): LogState {
  const { artefact: ref } = control;
  const others = (log.lists ?? []).filter((one) => artefactName(one.ref) !== artefactName(ref));
  if (others.length >= mostLists)
    throw new WeirError('artefact_unknown', `the log asks for list ${ref} beside ${mostLists} others`);
  const lists = [...others, { ref, ...placeOf(control) }].sort(byName);
  return { ...log, versions: withVersions(log, { lists: lists.map((one) => one.ref) }), lists };
}

const byName = (one: ListInForce, other: ListInForce): number =>
  artefactName(one.ref) < artefactName(other.ref) ? -1 : 1;

function placeOf({ artefactKind, artefact, digest, location }: Activated): ModelInForce {
  if (location !== undefined) return { digest, location };
  throw new WeirError(
    'artefact_unknown',
    `the log asks for ${artefactKind} ${artefact} without saying where it stands`,
  );
}
