import { digestOf, findArtefact, unusable } from '@weir/artefacts';
import type { ArtefactsReader } from '@weir/artefacts';
import { misfitOf, resolveRuleset, ruleset as rulesetShape } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';

/**
 * The ruleset of a ref, checked under a window plan; where a digest is given, of that
 * content and no other. Once it has answered, the same question costs nothing.
 */
export type ResolveRuleset = (ref: string, plan: WindowPlan, digest?: string) => Promise<Ruleset>;

/** What stands behind a ref, before it is checked under any plan. */
type Content = { readonly digest: string; readonly body: unknown };

/** The one that decides and the candidate, and those before them that partitions further behind still ask for. */
const keptRulesets = 8;

/**
 * Finds rulesets: those that come with the program, and those that have been
 * published. This is the one way to a ruleset in detection.
 *
 * Throws WeirError `artefact_unknown` for a ref that nobody has published, for
 * content that is not what its digest says or that is no ruleset, and for one that
 * looks at what the plan has no windows for: nothing may be decided by these.
 */
export function createRulesetResolver(reader: ArtefactsReader): ResolveRuleset {
  const contents = new Map<string, Content>();
  const checked = new Map<string, Ruleset>();
  return async (ref, plan, digest) => {
    const found = builtIn(ref) ?? contents.get(ref) ?? (await findPublished(reader, ref, digest));
    // Another partition may have found one meanwhile: a worker knows one content of each version.
    const content = contents.get(ref) ?? found;
    if (digest !== undefined && digest !== content.digest)
      throw unusable({ kind: 'ruleset', ref }, 'the log asks for other content than was published');
    keep(contents, ref, content);
    const key = `${ref} ${plan.ref}`;
    const ruleset = checked.get(key) ?? checkUnder(ref, content.body, plan);
    keep(checked, key, ruleset);
    return ruleset;
  };
}

/** Puts it behind the others: the one that nobody asked for the longest goes first. */
function keep<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.delete(key);
  kept.set(key, value);
  for (const [oldest] of kept) if (kept.size > keptRulesets) kept.delete(oldest);
}

function builtIn(ref: string): Content | undefined {
  const body = resolveRuleset(ref);
  return body === undefined ? undefined : { digest: digestOf(body), body };
}

const findPublished = (reader: ArtefactsReader, ref: string, digest: string | undefined): Promise<Content> =>
  findArtefact(reader, { kind: 'ruleset', ref, digest });

function checkUnder(ref: string, body: unknown, plan: WindowPlan): Ruleset {
  const wanted = { kind: 'ruleset', ref } as const;
  const read = rulesetShape.safeParse(body);
  if (!read.success) {
    const path = read.error.issues[0]?.path.join('.') ?? '';
    throw unusable(wanted, `this release can't read it${path === '' ? '' : ` at ${path}`}`);
  }
  if (read.data.ref !== ref) throw unusable(wanted, 'its content goes by another name');
  const misfit = misfitOf(read.data, plan);
  if (misfit !== undefined) throw unusable(wanted, `under window plan ${plan.ref}: ${misfit}`);
  return read.data;
}
