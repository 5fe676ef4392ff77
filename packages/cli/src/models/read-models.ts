import { decodePayload, events } from '@weir/contracts';
import type { Activation, ModelPolicy, ModelSnapshot } from '@weir/contracts';
import { findModels, listModels, readModelAt } from '@weir/models';
import type { ModelsReader, PublishedModel } from '@weir/models';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs, readEvents } from '../ops/read-events.ts';

/** What was decided about models. */
export type ModelState = {
  readonly policy: ModelPolicy['mode'];
  /** Who said so; undefined where nobody ever did. */
  readonly decidedBy: string | undefined;
  /** Of the log that something was activated in last. */
  readonly inForce: Pick<Activation, 'artefact' | 'digest' | 'sequence' | 'logId'> | undefined;
};

export async function readModelState(ops: Ops): Promise<ModelState> {
  const activations: Activation[] = [];
  let policy: ModelPolicy | undefined;
  await readEvents(ops, 'artefacts', { from: 'earliest' }, ({ opened }) => {
    if (!opened.ok) return;
    const { type } = opened.attributes;
    if (type === events.activation.type) {
      const said = decodePayload(events.activation, opened.plaintext);
      if (said.ok) activations.push(said.value);
    }
    if (type === events.modelPolicy.type) {
      const said = decodePayload(events.modelPolicy, opened.plaintext);
      if (said.ok) policy = said.value;
    }
  });
  const logId = activations.at(-1)?.logId;
  const ofModels = activations.filter((one) => one.logId === logId && one.artefactKind === 'model');
  const inForce = ofModels.toSorted((a, b) => a.sequence - b.sequence).at(-1);
  return { policy: policy?.mode ?? 'follow', decidedBy: policy?.decidedBy, inForce };
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
