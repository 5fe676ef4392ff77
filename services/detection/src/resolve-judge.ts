import { WeirError } from '@weir/contracts';
import type { ModelSnapshot } from '@weir/contracts';
import { readModelAt } from '@weir/models';
import type { ModelsReader } from '@weir/models';
import { createJudge } from '@weir/rules';
import type { Judge } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import { rulesetOf } from './artefacts.ts';
import type { LogState } from './log-state.ts';

/** What of a log's state decides how its transactions are judged. */
type InForce = Pick<LogState, 'versions' | 'model'>;

/** How to judge by what is in force. Once it has answered, the same question costs nothing. */
export type ResolveJudge = (inForce: InForce, plan: WindowPlan) => Promise<Judge>;

/**
 * So many judges are kept, each with the model it was made of, which takes some
 * megabytes: the partitions of a worker come to a control record one after the
 * other, and for a while need what was in force before it beside what is now.
 */
const keptJudges = 4;

/**
 * Finds the judge of what is in force: rulesets come with the program, models are
 * read from their topic where the log says that they stand. What was found is
 * kept, and read once for all who ask at the same time.
 *
 * Throws WeirError `artefact_unknown` for a ruleset that this program doesn't
 * have, and for a model that is not there, not whole, or not what the log says:
 * another verdict than the log asks for would be worse than none.
 */
export function createJudgeResolver(models: ModelsReader): ResolveJudge {
  const kept = new Map<string, Promise<Judge>>();
  return async (inForce, plan) => {
    const { versions, model } = inForce;
    const key = JSON.stringify([versions, plan.ref, model?.digest]);
    const judge = kept.get(key) ?? makeJudge(models, inForce, plan);
    // Put behind the others: the one that nobody asked for the longest goes first.
    kept.delete(key);
    kept.set(key, judge);
    for (const [oldest] of kept) if (kept.size > keptJudges) kept.delete(oldest);
    try {
      return await judge;
    } catch (error) {
      if (kept.get(key) === judge) kept.delete(key);
      throw error;
    }
  };
}

async function makeJudge(models: ModelsReader, inForce: InForce, plan: WindowPlan): Promise<Judge> {
  const { versions } = inForce;
  const ruleset = rulesetOf(versions.ruleset);
  const snapshot = await readModel(models, inForce);
  try {
    return createJudge({ ruleset, plan, versions, snapshot });
  } catch (cause) {
    throw unusable(versions.model ?? 'none', cause);
  }
}

async function readModel(
  models: ModelsReader,
  { versions: { model: ref }, model }: InForce,
): Promise<ModelSnapshot | undefined> {
  if (ref === undefined) return undefined;
  if (model === undefined) throw unusable(ref);
  try {
    return await readModelAt(models, { ref, ...model });
  } catch (error) {
    throw error instanceof WeirError && error.code === 'artefact_unknown' ? unusable(ref, error) : error;
  }
}

const unusable = (ref: string, cause?: unknown): WeirError =>
  new WeirError(
    'artefact_unknown',
    `model ${ref} can't be used: it is not, or not whole, where the log says it stands; see the runbook "artefact unknown"`,
    { cause },
  );
