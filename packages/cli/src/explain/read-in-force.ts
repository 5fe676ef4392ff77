import { findArtefactAmong, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import {
  artefactName,
  WeirError,
  type JournalRecord,
  type ModelSnapshot,
  type TeamModelDescriptor,
} from '@weir/contracts';
import { teamModelDescriptor } from '@weir/contracts';
import { readListAt } from '@weir/lists';
import { readModelAt } from '@weir/models';
import { readRuleset, resolveRuleset, type PseudonymList, type Ruleset } from '@weir/rules';
import { featureNamesOf } from '@weir/scoring';
import { defaultWindowPlan, readWindowPlan, type WindowPlan } from '@weir/windows';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs } from '../ops/read-events.ts';

/** What was in force at a journal record, as far as it can still be read. */
export type InForceThen = {
  readonly plan: WindowPlan | undefined;
  /** By their names: the ruleset in force, and the candidate where there was one. */
  readonly rulesets: ReadonlyMap<string, Ruleset>;
  readonly snapshot: ModelSnapshot | undefined;
  readonly lists: ReadonlyMap<string, PseudonymList>;
  readonly teamModel: TeamModelDescriptor | undefined;
  /** What can't be read any more, as sentences: then not all can be recomputed. */
  readonly missing: readonly string[];
};

/** Reads what a journal record names. What can't be found is told, not thrown; a broker or KMS that is away is thrown. */
export async function readInForce(ops: Ops, journal: JournalRecord): Promise<InForceThen> {
  const missing: string[] = [];
  const said = await readArtefacts(ops);
  const plan = await orMissing(missing, () => planOf(said, journal.versions.windowPlan));
  const rulesets = new Map<string, Ruleset>();
  const wanted = [
    { ref: journal.versions.ruleset, digest: undefined },
    ...(journal.candidate === undefined
      ? []
      : [{ ref: journal.candidate.ruleset, digest: journal.candidate.digest }]),
  ];
  for (const { ref, digest } of wanted) {
    const ruleset = plan && (await orMissing(missing, () => rulesetOf(said, plan, ref, digest)));
    if (ruleset !== undefined) rulesets.set(ref, ruleset);
  }
  const lists = new Map<string, PseudonymList>();
  for (const one of journal.lists ?? []) {
    const list = await orMissing(missing, () => readListAt({ ...ops, deadlineMs: readDeadlineMs }, one));
    if (list !== undefined) lists.set(artefactName(one.ref), list);
  }
  return {
    plan,
    rulesets,
    lists,
    missing,
    snapshot: await orMissing(missing, () => snapshotOf(ops, journal)),
    teamModel: await orMissing(missing, () => teamModelOf(said, journal.versions.teamModel)),
  };
}

/** Only what nobody has published, or what was altered, is missing; whatever else goes wrong may pass. */
async function orMissing<Found>(
  missing: string[],
  find: () => Found | Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'artefact_unknown') throw error;
    missing.push(error.message);
    return undefined;
  }
}

function bodyOf(
  said: PublishedArtefacts,
  kind: 'ruleset' | 'window_plan' | 'team_model',
  ref: string,
  digest?: string,
) {
  const found = findArtefactAmong(said, { kind, ref, digest });
  if (found === undefined) throw unknown(ref, 'nobody has published it');
  return found.body;
}

const unknown = (ref: string, why: string): WeirError =>
  new WeirError('artefact_unknown', `${ref} can't be read: ${why}`);

function planOf(said: PublishedArtefacts, ref: string): WindowPlan {
  if (ref === defaultWindowPlan.ref) return defaultWindowPlan;
  const read = readWindowPlan(bodyOf(said, 'window_plan', ref));
  if (read.ok) return read.plan;
  throw unknown(ref, 'this release takes it for no window plan');
}

function rulesetOf(
  said: PublishedArtefacts,
  plan: WindowPlan,
  ref: string,
  digest: string | undefined,
): Ruleset {
  const body = resolveRuleset(ref) ?? bodyOf(said, 'ruleset', ref, digest);
  const read = readRuleset(body, featureNamesOf(plan));
  if (read.ok) return read.ruleset;
  throw unknown(ref, `${read.problems[0].path}: ${read.problems[0].message}`);
}

function snapshotOf(ops: Ops, { versions, model }: JournalRecord): Promise<ModelSnapshot | undefined> {
  if (versions.model === undefined || model === undefined) return Promise.resolve(undefined);
  return readModelAt({ ...ops, deadlineMs: readDeadlineMs }, { ref: versions.model, ...model });
}

function teamModelOf(said: PublishedArtefacts, ref: string | undefined): TeamModelDescriptor | undefined {
  if (ref === undefined) return undefined;
  const read = teamModelDescriptor.safeParse(bodyOf(said, 'team_model', ref));
  if (read.success) return read.data;
  throw unknown(ref, 'this release takes it for no model of a team');
}
