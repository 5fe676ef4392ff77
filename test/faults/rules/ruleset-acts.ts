import type { Rollout } from '@weir/contracts';

/** What a person does to rulesets and lists, as it is told to the desk. */
export type RulesetAct =
  /** `document` is the ruleset as JSON, which is YAML too. */
  | { readonly kind: 'publish'; readonly ref: string; readonly document: string }
  | { readonly kind: 'approve'; readonly ref: string }
  | { readonly kind: 'activate'; readonly ref: string; readonly rollout?: Rollout }
  /** The same of a ruleset that nobody has approved: it has to be refused. */
  | { readonly kind: 'activateUnapproved'; readonly ref: string }
  /** `leave` is the ruleset that is to go: the candidate, or the one in force. */
  | { readonly kind: 'rollBack'; readonly leave: string }
  /** The next version of a list, of the accounts of counterparties. */
  | { readonly kind: 'importList'; readonly name: string; readonly counterparties: readonly string[] };

/** What came of it. `artefact` and `sequence` of what came into force; undefined where nothing did. */
export type ActAnswer =
  | {
      readonly ok: true;
      readonly artefact?: string | undefined;
      readonly sequence?: number | undefined;
    }
  /** `refused` by what the act is for; otherwise it failed. */
  | { readonly ok: false; readonly refused: boolean; readonly why: string };

/** Whether it puts a record into each partition of the log. */
export const reachesLog = ({ kind }: RulesetAct): boolean =>
  kind === 'activate' || kind === 'rollBack' || kind === 'importList';

export function describeAct(act: RulesetAct): string {
  switch (act.kind) {
    case 'publish':
      return `${act.ref} published`;
    case 'approve':
      return `${act.ref} approved`;
    case 'activate':
      return `${act.ref} ${rolloutWords(act.rollout)}`;
    case 'activateUnapproved':
      return `${act.ref}, which nobody has approved, was to come into force`;
    case 'rollBack':
      return `${act.leave} taken back`;
    case 'importList':
      return `list ${act.name} imported, ${act.counterparties.length} on it`;
  }
}

function rolloutWords(rollout: Rollout | undefined): string {
  if (rollout === undefined) return 'in force';
  return rollout.stage === 'shadow' ? 'in the shadow' : `canary for ${rollout.percent} %`;
}
