import { findArtefactAmong, inForce, type PublishedArtefacts } from '@weir/artefacts';
import { WeirError } from '@weir/contracts';
import { artefactBodies, misfitOf, type Ruleset } from '@weir/rules';
import { featureNamesOf } from '@weir/scoring';
import { readDescriptor } from '@weir/team-model';
import { defaultWindowPlan, type WindowPlan } from '@weir/windows';
import { findPlanAmong } from './publish-plan.ts';
import { findRulesetAmong } from './rulesets/find-ruleset.ts';

/** A log as it stands: what has been said, and the ruleset it was opened with, where it still says so. */
export type LogStanding = {
  readonly said: PublishedArtefacts;
  readonly logId: string;
  readonly opened: string | undefined;
};

type InLog = Pick<LogStanding, 'said' | 'logId'>;

export const planInForce = ({ said, logId }: InLog): WindowPlan =>
  findPlanAmong(inForce(said, logId).windowPlan?.artefact ?? defaultWindowPlan.ref, said)?.plan ??
  defaultWindowPlan;

/** What is wrong with the team's own model in force under a plan; undefined where it is asked for no score. */
function teamModelUnder(plan: WindowPlan, { said, logId }: InLog) {
  const { teamModel } = inForce(said, logId);
  if (teamModel === undefined) return undefined;
  const { artefact: ref, digest } = teamModel;
  const found = findArtefactAmong(said, { kind: 'team_model', ref, digest });
  const read = readDescriptor(found?.body, featureNamesOf(plan));
  if (read.ok) return read.descriptor.kind === 'none' ? undefined : { ref, problem: undefined };
  return { ref, problem: read.problems[0] };
}

/** The team's own model in force, where a ruleset has no score of a model for it to stand beside. */
export const modelBesideRules = ({ scoring }: Ruleset, log: InLog): string | undefined =>
  scoring === 'model' ? undefined : teamModelUnder(planInForce(log), log)?.ref;

/** Throws WeirError `artefact_unknown` where the team's own model in force looks at what a plan has no windows for. */
export function requireTeamModelFits(plan: WindowPlan, log: InLog): void {
  const model = teamModelUnder(plan, log);
  if (model?.problem === undefined) return;
  const { path, message } = model.problem;
  throw new WeirError(
    'artefact_unknown',
    `team model ${model.ref} can't be asked under window plan ${plan.ref}: ${path}: ${message}; take it away first ("weir team-model activate" with a description whose kind is "none")`,
  );
}

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
