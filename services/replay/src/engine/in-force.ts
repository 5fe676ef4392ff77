import { digestOf, unusable } from '@weir/artefacts';
import type { JournalRecord } from '@weir/contracts';
import { WeirError } from '@weir/contracts';
import type { ReplayPlan } from '@weir/replays';
import type { Judge } from '@weir/rules';
import type { LogState } from '@weir/verdicts';
import type { WindowPlan } from '@weir/windows';
import { lastJournal, logStateOf } from './journal-stream.ts';
import type { ReplayParts } from './replay-parts.ts';

type TeamModel = Awaited<ReturnType<ReplayParts['resolvers']['teamModels']['resolve']>>;

/** By what a record is judged again. */
export type JudgedBy = {
  readonly log: LogState;
  readonly windowPlan: WindowPlan;
  readonly judge: Judge;
  readonly team: TeamModel;
};

/** What the plan of a replay makes of what the log says is in force: by what is judged there. */
export type InForce = { readonly under: (log: LogState) => Promise<JudgedBy> };

type Resolvers = ReplayParts['resolvers'];

/** Throws WeirError `artefact_unknown` where what the plan asks for can't be found or doesn't fit. */
export async function createInForce(
  parts: Pick<ReplayParts, 'kafka' | 'opener' | 'environment' | 'resolvers' | 'file'>,
  { versions, logId }: Pick<ReplayPlan, 'versions' | 'logId'>,
  partition: number,
): Promise<InForce> {
  const { resolvers, file } = parts;
  switch (versions.kind) {
    case 'then':
      return { under: (log) => resolveAll(resolvers, log) };
    case 'now': {
      const newest = requireJournal(await lastJournal(parts, partition), logId, partition);
      const judgedBy = await resolveAll(resolvers, logStateOf(newest, 0));
      return { under: async () => judgedBy };
    }
    case 'ruleset':
      return { under: (log) => resolveWith(resolvers, log, versions) };
    case 'file': {
      if (file === undefined || digestOf(file) !== versions.digest)
        throw unusable({ kind: 'ruleset', ref: file?.ref ?? 'of a file' }, 'it is not the one of the plan');
      return { under: (log) => resolveWith(resolvers, log, file) };
    }
  }
}

async function resolveAll(resolvers: Resolvers, log: LogState): Promise<JudgedBy> {
  const windowPlan = await resolvers.resolvePlan(log.versions.windowPlan);
  const judge = await resolvers.resolveJudge(log, windowPlan);
  return { log, windowPlan, judge, team: await resolvers.teamModels.resolve(log.versions, windowPlan) };
}

/**
 * With another ruleset in place of the one in force, and no candidate beside it. A team's own model stays the one in
 * force where the ruleset scores by models at all.
 */
async function resolveWith(
  resolvers: Resolvers,
  { candidate: _none, ...inForce }: LogState,
  { ref, digest }: { readonly ref: string; readonly digest?: string },
): Promise<JudgedBy> {
  const windowPlan = await resolvers.resolvePlan(inForce.versions.windowPlan);
  const { scoring } = await resolvers.resolveRuleset(ref, windowPlan, digest);
  const { teamModel, ...others } = inForce.versions;
  const asksTeam = scoring === 'model' && teamModel !== undefined;
  const log = {
    ...inForce,
    versions: { ...others, ruleset: ref, ...(asksTeam ? { teamModel } : {}) },
  };
  const judge = await resolvers.resolveJudge(log, windowPlan);
  const team = asksTeam ? await resolvers.teamModels.resolve(inForce.versions, windowPlan) : undefined;
  return { log, windowPlan, judge, team };
}

function requireJournal(journal: JournalRecord | undefined, logId: string, partition: number): JournalRecord {
  if (journal === undefined)
    throw new WeirError('log_truncated', `the journal of partition ${partition} has no record (any more)`);
  if (journal.logId !== logId)
    throw new WeirError('log_other', `the journal of partition ${partition} is that of another log`);
  return journal;
}
