import { artefactsTopic, readArtefacts } from '@weir/artefacts';
import { WeirError } from '@weir/contracts';
import { listModels, modelsBetween, modelsEnd, type ModelReference, type PublishedModel } from '@weir/models';
import type { Activated } from '../artefacts/activate.ts';
import { activateNewest, isDue, isLearned, type ModelPorts } from './model-acts.ts';

export type FollowOptions = {
  readonly logId: string;
  /** Between two looks at the ends of the topics. */
  readonly everyMs: number;
  /** Rejects when the signal aborts. */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Records the act before and behind it. Throws WeirError `audit_unavailable`, with nothing done. */
  readonly recorded: (
    ref: string,
    act: () => Promise<Activated | undefined>,
  ) => Promise<Activated | undefined>;
  readonly onActivated: (activated: Activated) => void;
  /** What keeps models from coming into force; undefined once nothing does any more. */
  readonly onProblem: (problem: WeirError | undefined) => void;
};

type Ends = { readonly models: number; readonly artefacts: number };

/**
 * Brings each newer model of the learner into force by itself, until the signal
 * aborts. It looks at the ends of two topics, and reads what is new. Of several that
 * came at once only the newest comes into force. Any number may follow at the same
 * time; what they do twice changes nothing.
 *
 * What may pass, and a model that this release can't read, is told and tried again.
 * Rejects with a WeirError that a person has to act on, and with a bug.
 */
export async function followModels(options: FollowOptions, ports: ModelPorts): Promise<void> {
  const { signal } = ports;
  const look = createLook(options, ports);
  while (!signal.aborted) {
    try {
      await look();
      options.onProblem(undefined);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof WeirError) || !mayPass(error)) throw error;
      options.onProblem(error);
    }
    await options.sleep(options.everyMs, signal).catch(() => undefined);
  }
}

/** Of a model that can't be read, the next one may be readable; and somebody may start another release. */
const mayPass = (error: WeirError): boolean =>
  error.recovery === 'retry' || error.code === 'artefact_unknown';

function createLook(options: FollowOptions, ports: ModelPorts): () => Promise<void> {
  const { logId, recorded, onActivated } = options;
  let seen: Ends | undefined;
  let newest: ModelReference | undefined;
  let told: number | undefined;

  return async () => {
    const ends: Ends = { models: await modelsEnd(ports.models), artefacts: await artefactsEnd(ports) };
    if (ends.models === seen?.models && ends.artefacts === seen.artefacts) return;
    newest = await newestOf(ports, newest, ends.models);
    if (newest !== undefined) {
      const due = { newest, logId, told };
      const said = await readArtefacts(ports);
      if (isDue(due, said)) {
        const activated = await recorded(newest.ref, () => activateNewest(due, ports));
        told = activated?.sequence ?? told;
        if (activated !== undefined) onActivated(activated);
      }
    }
    seen = ends;
  };
}

/** Reads on from behind the newest model known: parts that come later may complete one that stands there. */
async function newestOf(
  { models }: ModelPorts,
  known: ModelReference | undefined,
  end: number,
): Promise<ModelReference | undefined> {
  const behind = known === undefined ? undefined : known.location.offset + known.location.parts;
  // A topic that is shorter than it was is another one.
  if (behind === undefined || behind > end) return lastLearned(await listModels(models, newestLearned));
  return lastLearned(await modelsBetween(models, { from: behind, until: end })) ?? known;
}

const newestLearned = { limit: Infinity, isEnough: isLearned };

const lastLearned = (models: readonly PublishedModel[]): ModelReference | undefined =>
  models.findLast(isLearned);

async function artefactsEnd({ kafka }: ModelPorts): Promise<number> {
  const [only] = await kafka.offsets(artefactsTopic);
  return only?.end ?? 0;
}
