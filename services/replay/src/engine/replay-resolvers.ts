import { unusable } from '@weir/artefacts';
import { misfitOf } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { createJudgeResolver, createKeptLists, createResolvers } from '@weir/verdicts';
import type { ResolveRuleset, ResolverSources } from '@weir/verdicts';
import type { ReplayParts } from './replay-parts.ts';

/**
 * The one way to everything that the log brings into force, and to the ruleset of a file, which goes by its own name
 * before whatever was published under it.
 */
export function createReplayResolvers(
  sources: ResolverSources,
  file: Ruleset | undefined,
): ReplayParts['resolvers'] {
  const resolvers = createResolvers(sources);
  if (file === undefined) return resolvers;
  const resolveRuleset: ResolveRuleset = async (ref, plan, digest) => {
    if (ref !== file.ref) return resolvers.resolveRuleset(ref, plan, digest);
    const misfit = misfitOf(file, plan);
    if (misfit !== undefined)
      throw unusable({ kind: 'ruleset', ref }, `under window plan ${plan.ref}: ${misfit}`);
    return file;
  };
  const { kafka, opener, environment } = sources;
  const reader = { kafka, opener, environment };
  const lists = createKeptLists(reader, sources.onListRead);
  return {
    ...resolvers,
    resolveRuleset,
    resolveJudge: createJudgeResolver({ resolveRuleset, lists, models: reader }),
  };
}
