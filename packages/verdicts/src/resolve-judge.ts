import { unusable } from '@weir/artefacts';
import { artefactName, WeirError } from '@weir/contracts';
import type { ModelSnapshot } from '@weir/contracts';
import { readModelAt } from '@weir/models';
import type { ModelsReader } from '@weir/models';
import { createJudge } from '@weir/rules';
import type { Ruleset, Judge } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import type { ListInForce, LogState } from './log-state.ts';
import type { KeptLists } from './resolve-lists.ts';
import type { ResolveRuleset } from './resolve-ruleset.ts';

/** What of a log's state decides how its transactions are judged. */
export type InForce = Pick<LogState, 'versions' | 'model' | 'lists' | 'candidate'>;

/** How to judge by what is in force. Once it has answered, the same question costs nothing. */
export type ResolveJudge = (inForce: InForce, plan: WindowPlan) => Promise<Judge>;

/** What a judge is made of, each found in one way. */
export type JudgeSources = {
  readonly resolveRuleset: ResolveRuleset;
  readonly lists: KeptLists;
  readonly models: ModelsReader;
};

/**
 * So many judges are kept, each with the model it was made of, which takes some
 * megabytes: the partitions of a worker come to a control record one after the
 * other, and for a while need what was in force before it beside what is now.
 */
const keptJudges = 4;

type Made = { readonly judge: Judge; readonly lists: readonly ListInForce[] };

/**
 * Finds the judge of what is in force: rulesets by the one way there is to them,
 * models and lists on their topics where the log says that they stand. What was
 * found is kept, and read once for all who ask at the same time.
 *
 * Throws WeirError `artefact_unknown` for what can't be found or doesn't fit, and for
 * a model that is not there, not whole, or not what the log says: another verdict
 * than the log asks for would be worse than none.
 */
export function createJudgeResolver(sources: JudgeSources): ResolveJudge {
  const kept = new Map<string, Promise<Made>>();
  /** A judge holds its lists: it must not keep alive what the bound on lists let go. */
  const forgetWithTheirLists = async (): Promise<void> => {
    for (const [key, making] of kept) {
      const made = await making.catch(() => undefined);
      if (made !== undefined && kept.get(key) === making && !sources.lists.areKept(made.lists))
        kept.delete(key);
    }
  };
  return async (inForce, plan) => {
    const key = keyOf(inForce, plan);
    const found = kept.get(key);
    const making = found ?? makeJudge(sources, inForce, plan);
    // Put behind the others: the one that nobody asked for the longest goes first.
    kept.delete(key);
    kept.set(key, making);
    for (const [oldest] of kept) if (kept.size > keptJudges) kept.delete(oldest);
    try {
      const { judge } = await making;
      if (found === undefined) await forgetWithTheirLists();
      return judge;
    } catch (error) {
      if (kept.get(key) === making) kept.delete(key);
      throw error;
    }
  };
}

const keyOf = ({ versions, model, lists = [], candidate }: InForce, plan: WindowPlan): string =>
  JSON.stringify([versions, plan.ref, model?.digest, lists.map(({ digest }) => digest), candidate]);

async function makeJudge(sources: JudgeSources, inForce: InForce, plan: WindowPlan): Promise<Made> {
  const { versions, candidate } = inForce;
  const ruleset = await sources.resolveRuleset(versions.ruleset, plan);
  const beside =
    candidate === undefined
      ? undefined
      : {
          ruleset: await sources.resolveRuleset(candidate.ruleset, plan, candidate.digest),
          rollout: candidate.rollout,
        };
  // Lists that neither of them looks at decide nothing, and are not read.
  const names = new Set([...listsOf(ruleset), ...(beside === undefined ? [] : listsOf(beside.ruleset))]);
  const used = (inForce.lists ?? []).filter(({ ref }) => names.has(artefactName(ref)));
  const snapshot = await readModel(sources.models, inForce);
  const lists = await sources.lists.resolve(used);
  try {
    const judge = createJudge({ ruleset, plan, versions, snapshot, lists, candidate: beside });
    return { judge, lists: used };
  } catch (cause) {
    throw unusableModel(versions.model ?? 'none', cause);
  }
}

/** The names of the lists that a ruleset looks at. */
const listsOf = ({ lists = [] }: Ruleset): readonly string[] => lists.map(({ list }) => list);

async function readModel(
  models: ModelsReader,
  { versions: { model: ref }, model }: InForce,
): Promise<ModelSnapshot | undefined> {
  if (ref === undefined) return undefined;
  if (model === undefined) throw unusableModel(ref);
  try {
    return await readModelAt(models, { ref, ...model });
  } catch (error) {
    throw error instanceof WeirError && error.code === 'artefact_unknown' ? unusableModel(ref, error) : error;
  }
}

const unusableModel = (ref: string, cause?: unknown): WeirError =>
  unusable({ kind: 'model', ref }, 'it is not, or not whole, where the log says it stands', cause);
