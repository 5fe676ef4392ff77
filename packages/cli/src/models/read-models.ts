import { inForce, readArtefacts } from '@weir/artefacts';
import type { Activation, ModelPolicy, ModelSnapshot } from '@weir/contracts';
import { findModels, listModels, readModelAt } from '@weir/models';
import type { ModelsReader, PublishedModel } from '@weir/models';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs } from '../ops/read-events.ts';

/** What was decided about models. */
export type ModelState = {
  readonly policy: ModelPolicy['mode'];
  /** Who said so; undefined where nobody ever did. */
  readonly decidedBy: string | undefined;
  /** Of the log that something was activated in last. */
  readonly inForce: Pick<Activation, 'artefact' | 'digest' | 'sequence' | 'logId'> | undefined;
};

export async function readModelState(ops: Ops): Promise<ModelState> {
  const said = await readArtefacts(ops);
  const logId = said.activations.at(-1)?.logId;
  const model = logId === undefined ? undefined : inForce(said, logId).model;
  const { modelPolicy } = said;
  return { policy: modelPolicy?.mode ?? 'follow', decidedBy: modelPolicy?.decidedBy, inForce: model };
}

const readerOf = ({ kafka, opener, environment }: Ops): ModelsReader => ({
  kafka,
  opener,
  environment,
  deadlineMs: readDeadlineMs,
});

/** The latest models, oldest first. */
export const readLatestModels = (ops: Ops, count: number): Promise<readonly PublishedModel[]> =>
  listModels(readerOf(ops), { limit: count });

/** One model whole, by its name. Throws CommandError where nobody published it. */
export async function readModel(
  ops: Ops,
  ref: string,
): Promise<{ readonly about: PublishedModel; readonly snapshot: ModelSnapshot }> {
  const reader = readerOf(ops);
  const about = (await findModels(reader, ref)).at(-1);
  if (about === undefined)
    throw new CommandError(exitCodes.notAsItShouldBe, `Nobody has published ${ref}: see "weir models list"`);
  return { about, snapshot: await readModelAt(reader, about) };
}
