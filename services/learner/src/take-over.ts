import { parseInstant, WeirError } from '@weir/contracts';
import type { ModelSnapshot } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import { listModels, readModelAt } from '@weir/models';
import type { PublishedModel } from '@weir/models';
import type { LearnerParts } from './learner-parts.ts';
import { decodeState } from './learner-state.ts';
import type { LearnerState, ReadSpan } from './learner-state.ts';
import { journalTopic } from './read-journal.ts';
import { outcomesTopic } from './read-outcomes.ts';

/** The models while they are this learner's to write: nobody else can as long as the fence holds. */
export type OwnedModels = {
  readonly transactions: PartitionTransactions;
  state: LearnerState;
  previous: ModelSnapshot | undefined;
};

const learnedRef = /^learned@(\d+)$/;

/**
 * Fences every earlier learner, and only then reads what was committed and the
 * snapshot it was committed with. Throws WeirError; `artefact_unknown` where that
 * one is not on its topic.
 */
export async function takeOver(parts: LearnerParts): Promise<OwnedModels> {
  const transactions = parts.openTransactions();
  try {
    await transactions.fence();
    const committed = await transactions.committed(journalTopic, 0);
    const state = committed === undefined ? undefined : decodeState(committed.metadata);
    const model = await lastModel(parts, state?.last.digest);
    if (state !== undefined && model === undefined) {
      throw new WeirError('artefact_unknown', `learned@${state.last.version} is not on its topic any more`);
    }
    const previous = model && (await readModelAt(readerOf(parts), model));
    const taken = state ?? (await stateBehind(parts, model, previous));
    parts.observe.tookOver(taken);
    return { transactions, state: taken, previous };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}

const readerOf = ({ kafka, opening, signal }: LearnerParts) => ({
  kafka,
  ...opening,
  ...(signal === undefined ? {} : { signal }),
});

async function lastModel(
  parts: LearnerParts,
  digest: string | undefined,
): Promise<PublishedModel | undefined> {
  const isLast = (model: PublishedModel): boolean =>
    digest === undefined ? learnedRef.test(model.ref) : model.digest === digest;
  const models = await listModels(readerOf(parts), { limit: Infinity, isEnough: isLast });
  return models.findLast(isLast);
}

/**
 * Where to begin without a committed position: at the beginning or, where Kafka has
 * forgotten it (an offset expires, a group is deleted), behind the last snapshot,
 * whose cut and delay say what it knows of what stands on the topics now.
 */
async function stateBehind(
  { kafka }: LearnerParts,
  model: PublishedModel | undefined,
  snapshot: ModelSnapshot | undefined,
): Promise<LearnerState> {
  const seenOf = async (topic: string): Promise<ReadonlyMap<number, ReadSpan>> =>
    new Map(
      (await kafka.offsets(topic)).map(({ partition, earliest, end }) => [
        partition,
        { from: earliest, seen: snapshot === undefined ? earliest : end },
      ]),
    );
  const [journal, outcomes] = [await seenOf(journalTopic), await seenOf(outcomesTopic)];
  const cut = snapshot && parseInstant(snapshot.cutAt);
  if (model === undefined || snapshot === undefined || cut?.ok !== true) {
    return { logId: undefined, last: undefined, journal, outcomes };
  }
  const last = {
    version: Number(learnedRef.exec(model.ref)?.[1]),
    digest: model.digest,
    cutAtMs: cut.epochMs,
    horizonMs: cut.epochMs - snapshot.delayMs,
  };
  return { logId: undefined, last, journal, outcomes };
}
