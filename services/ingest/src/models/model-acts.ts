import { activationsOf, inForce, lastActivation, type PublishedArtefacts } from '@weir/artefacts';
import { WeirError, type Activation, type ModelPolicy } from '@weir/contracts';
import { findModels, readModelAt, type ModelReference, type ModelsReader } from '@weir/models';
import { readKnowledge } from '@weir/scoring';
import {
  activate,
  modeOf,
  type Activatable,
  type Activated,
  type ActivationPorts,
} from '../artefacts/activate.ts';
import { announce, type AnnouncePorts } from '../artefacts/announce.ts';
import { retryWithin } from '../send/retry-within.ts';

export type ModelPorts = ActivationPorts & { readonly models: ModelsReader };

/** A model that somebody brings into force, or takes back, stays there until somebody says otherwise. */
const frozenBy = (decidedBy: string): ModelPolicy => ({ mode: 'frozen', decidedBy });

/**
 * Brings a model into force because a person decided so, and freezes: the learner's
 * newer ones then don't come into force by themselves.
 *
 * Throws WeirError `artefact_unknown` for a model that nobody published, that was
 * published twice with different content, or that this release can't read.
 */
export async function activateModel(
  options: { readonly ref: string; readonly logId: string; readonly decidedBy: string },
  ports: ModelPorts,
): Promise<Activated> {
  const { ref, logId, decidedBy } = options;
  const { retry, signal, models } = ports;
  const wanted = await retryWithin(retry, signal, () => findModel(ref, models));
  return decided(
    activate(
      { logId, choose: () => wanted, verify: verifyModel(models), policy: frozenBy(decidedBy) },
      ports,
    ),
  );
}

/**
 * Brings back into force the model that was before the one that is, and freezes.
 * Said again, it goes one further back. Throws WeirError `artefact_unknown` where
 * there was none.
 */
export function rollBackModel(
  options: { readonly logId: string; readonly decidedBy: string },
  ports: ModelPorts,
): Promise<Activated> {
  const { logId, decidedBy } = options;
  // Once chosen it is meant: beginning again after an interruption must not go back twice.
  let chosen: Activatable | undefined;
  return decided(
    activate(
      {
        logId,
        choose: (said) => (chosen ??= modelBefore(said, logId)),
        verify: verifyModel(ports.models),
        policy: frozenBy(decidedBy),
      },
      ports,
    ),
  );
}

async function decided(activating: Promise<Activated | undefined>): Promise<Activated> {
  const activated = await activating;
  if (activated === undefined) throw new Error('a model that was chosen came not into force');
  return activated;
}

/** Whether newer models come into force by themselves. Saying it again changes nothing. */
export function setModelPolicy(policy: ModelPolicy, ports: AnnouncePorts): Promise<void> {
  return retryWithin(ports.retry, ports.signal, () =>
    announce(ports, (said) => ({
      policy: said.modelPolicy?.mode === policy.mode ? undefined : policy,
      result: undefined,
    })),
  );
}

/** The activations of models of a log, in their order. */
const modelActivations = (said: PublishedArtefacts, logId: string): readonly Activation[] =>
  activationsOf(said, logId).filter((one) => one.artefactKind === 'model');

function modelBefore(said: PublishedArtefacts, logId: string): Activatable {
  const row = modelActivations(said, logId);
  const now = row.at(-1);
  if (now === undefined) throw new WeirError('artefact_unknown', 'no model is in force');
  const first = row.findIndex(({ digest }) => digest === now.digest);
  const before = row[first - 1];
  if (before === undefined)
    throw new WeirError('artefact_unknown', `no model was in force before ${now.artefact}`);
  const { artefactKind, artefact, digest, location } = before;
  return { artefactKind, artefact, digest, location };
}

/** The learner's models have one name, and versions that only grow. */
export const isLearned = ({ ref }: { readonly ref: string }): boolean => ref.startsWith('learned@');

/**
 * Brings the learner's newest model into force where it is due; undefined where it isn't. `told` is the
 * number of the activation that this process has told the log in full.
 */
export const activateNewest = (
  due: { readonly newest: ModelReference; readonly logId: string; readonly told: number | undefined },
  ports: ModelPorts,
): Promise<Activated | undefined> =>
  activate(
    {
      logId: due.logId,
      choose: (said) => (isDue(due, said) ? activatableOf(due.newest) : undefined),
      verify: verifyModel(ports.models),
    },
    ports,
  );

/**
 * Whether a model comes into force by itself: it is newer than the one in force, and nobody has frozen.
 * One that was announced last may have been interrupted, and is finished.
 */
export function isDue(
  { newest, logId, told }: Parameters<typeof activateNewest>[0],
  said: PublishedArtefacts,
): boolean {
  if (modeOf(said) === 'frozen') return false;
  const { model } = inForce(said, logId);
  if (model?.location === undefined) return true;
  if (newest.digest !== model.digest) return newest.location.offset > model.location.offset;
  return lastActivation(said, logId)?.sequence === model.sequence && model.sequence !== told;
}

const activatableOf = ({ ref, digest, location }: ModelReference): Activatable => ({
  artefactKind: 'model',
  artefact: ref,
  digest,
  location,
});

async function findModel(ref: string, models: ModelsReader): Promise<Activatable> {
  const found = await findModels(models, ref);
  const [first] = found;
  if (first === undefined) throw new WeirError('artefact_unknown', `model ${ref} has not been published`);
  if (found.some(({ digest }) => digest !== first.digest))
    throw new WeirError('artefact_unknown', `model ${ref} was published twice with different content`);
  return activatableOf(first);
}

/** Reads the model whole, as detection will. Throws WeirError `artefact_unknown` where this release can't. */
const verifyModel =
  (models: ModelsReader) =>
  async ({ artefact: ref, digest, location }: Activatable): Promise<void> => {
    if (location === undefined)
      throw new WeirError('artefact_unknown', `nobody says where model ${ref} stands`);
    const snapshot = await readModelAt(models, { ref, digest, location });
    if (readKnowledge(snapshot) === undefined)
      throw new WeirError('artefact_unknown', `what model ${ref} knows can't be read by this release`);
  };
