import type { ArtefactsReader } from '@weir/artefacts';
import type { ModelsReader } from '@weir/models';
import { createJudgeResolver } from './resolve-judge.ts';
import type { ResolveJudge } from './resolve-judge.ts';
import { createKeptLists } from './resolve-lists.ts';
import type { OnListRead } from './resolve-lists.ts';
import { createPlanResolver } from './resolve-plan.ts';
import type { ResolvePlan } from './resolve-plan.ts';
import { createRulesetResolver } from './resolve-ruleset.ts';
import type { ResolveRuleset } from './resolve-ruleset.ts';
import { createTeamModels } from './resolve-team-model.ts';
import type { TeamModels } from './resolve-team-model.ts';

/** The one way to each thing that the log may bring into force. */
export type Resolvers = {
  readonly resolvePlan: ResolvePlan;
  readonly resolveRuleset: ResolveRuleset;
  readonly resolveJudge: ResolveJudge;
  readonly teamModels: TeamModels;
};

/** What they read: the artefacts, the models and the lists topic, all with one opener. */
export type ResolverSources = ArtefactsReader &
  ModelsReader & {
    /** Where the files of a team's own models lie. */
    readonly teamModelFolder?: string | undefined;
    readonly onListRead?: OnListRead;
  };

export function createResolvers(sources: ResolverSources): Resolvers {
  const { kafka, opener, environment, teamModelFolder: folder } = sources;
  const reader = { kafka, opener, environment };
  const resolveRuleset = createRulesetResolver(reader);
  return {
    resolvePlan: createPlanResolver(reader),
    resolveRuleset,
    resolveJudge: createJudgeResolver({
      resolveRuleset,
      lists: createKeptLists(reader, sources.onListRead),
      models: reader,
    }),
    teamModels: createTeamModels({ artefacts: reader, resolveRuleset, folder }),
  };
}
