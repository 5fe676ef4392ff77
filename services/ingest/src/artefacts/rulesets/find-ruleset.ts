import { digestOf, findArtefactAmong, unusable, type PublishedArtefacts } from '@weir/artefacts';
import { resolveRuleset, ruleset as rulesetShape, type Ruleset } from '@weir/rules';

/** A ruleset as it has been published, or as it comes with the program. */
export type FoundRuleset = {
  readonly ruleset: Ruleset;
  readonly digest: string;
  readonly isBuiltIn: boolean;
  /** The named token it was published with; undefined for one that is built in. */
  readonly publishedBy: string | undefined;
};

/**
 * Finds a ruleset among what has been said; undefined where nobody has published it. Where a
 * digest is given, of that content and no other. Throws WeirError `artefact_unknown` where its
 * content isn't what its name and digest say: detection could not decide by it.
 */
export function findRulesetAmong(
  ref: string,
  said: PublishedArtefacts,
  digest?: string,
): FoundRuleset | undefined {
  const builtIn = resolveRuleset(ref);
  if (builtIn !== undefined)
    return { ruleset: builtIn, digest: digestOf(builtIn), isBuiltIn: true, publishedBy: undefined };
  const wanted = { kind: 'ruleset', ref, digest } as const;
  const found = findArtefactAmong(said, wanted);
  if (found === undefined) return undefined;
  const read = rulesetShape.safeParse(found.body);
  if (!read.success || read.data.ref !== ref || digestOf(read.data) !== found.digest)
    throw unusable(wanted, 'it is not what its name and digest say');
  return { ruleset: read.data, digest: found.digest, isBuiltIn: false, publishedBy: found.publishedBy };
}
