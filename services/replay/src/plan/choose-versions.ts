import { digestOf } from '@weir/artefacts';
import { WeirError } from '@weir/contracts';
import type { ReadReplayRequest, ReplayedVersions } from '@weir/replays';
import { readDocument, readRulebook } from '@weir/rulebook';
import { misfitOf, ruleset as rulesetShape } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { featureNamesOf } from '@weir/scoring';
import type { WindowPlan } from '@weir/windows';
import { planRefused } from './plan-parts.ts';
import type { PlanParts, PlanRefused } from './plan-parts.ts';

/** The versions of a request, with the digests of what they name. */
export async function chooseVersions(
  { resolvers }: Pick<PlanParts, 'resolvers'>,
  { versions }: Pick<ReadReplayRequest, 'versions'>,
  windowPlan: WindowPlan,
): Promise<ReplayedVersions | PlanRefused> {
  switch (versions.kind) {
    case 'then':
    case 'now':
      return versions;
    case 'ruleset': {
      const { ref } = versions;
      try {
        const digest = digestOf(await resolvers.resolveRuleset(ref, windowPlan));
        // By its digest it is found at the time of the run: what is parsed here has to be what was published.
        await resolvers.resolveRuleset(ref, windowPlan, digest);
        return { kind: 'ruleset', ref, digest };
      } catch (error) {
        if (!(error instanceof WeirError) || error.code !== 'artefact_unknown') throw error;
        return planRefused('ruleset_unknown', error.message);
      }
    }
    case 'file': {
      const read = readRulebook(versions.document, featureNamesOf(windowPlan));
      if (!read.ok) {
        const [{ path, message }] = read.problems;
        return planRefused('ruleset_invalid', path === '' ? message : `${path}: ${message}`);
      }
      const misfit = misfitOf(read.ruleset, windowPlan);
      if (misfit !== undefined) return planRefused('ruleset_unfit', misfit);
      return { kind: 'file', digest: digestOf(read.ruleset) };
    }
  }
}

/** The ruleset of a document that a plan was made of; undefined for any other. Whether it fits is seen where it judges. */
export function readRulesetFile(document: string): Ruleset | undefined {
  const read = readDocument(document);
  const parsed = read.ok ? rulesetShape.safeParse(read.body) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
}
