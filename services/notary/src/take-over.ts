import { streams } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { NotaryParts } from './notary-parts.ts';
import { damaged, readTrailTail } from './read-trail-tail.ts';
import type { TrailTail } from './read-trail-tail.ts';
import type { TrailState } from './trail-state.ts';

/** The trail while it is this notary's: nobody else can write to it as long as the fence holds. */
export type OwnedTrail = { readonly transactions: PartitionTransactions; state: TrailState };

/**
 * Takes the trail over: fences every earlier notary, and only then reads what is
 * committed and where the trail ends. Throws WeirError; audit_damaged where the
 * trail, its checkpoints and the intake contradict each other.
 */
export async function takeOver(parts: NotaryParts): Promise<OwnedTrail> {
  const transactions = parts.openTransactions();
  try {
    await transactions.fence();
    const committed = await transactions.committed(streams.intake.topic, 0);
    const tail = await readTrailTail(parts);
    const next = committed?.next ?? 0;
    const keptAhead = await parts.store.sizesAbove(tail.frontier.size);
    await requireNothingLost(parts, tail.frontier.size, next, keptAhead);
    await requireKept(parts, tail);
    const uncovered = tail.frontier.size > tail.covered;
    const { frontier, covered, seen } = tail;
    const state = {
      frontier,
      covered,
      seen,
      keptAhead,
      next,
      uncoveredSinceMs: uncovered ? parts.nowMs() : undefined,
    };
    parts.observe.tookOver(state);
    return { transactions, state };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}

/**
 * The intake reaches at least to what was recorded of it: behind an end that lies
 * before that, new requests would be taken for old ones. And a checkpoint is kept
 * before its entries are on the trail, but their requests are on the intake then.
 */
async function requireNothingLost(
  { kafka }: NotaryParts,
  size: number,
  next: number,
  keptAhead: readonly number[],
): Promise<void> {
  const { topic } = streams.intake;
  const end = (await kafka.offsets(topic)).find(({ partition }) => partition === 0)?.end ?? 0;
  if (next > end) throw damaged(`${topic} ends at ${end}, and was recorded up to ${next}`);
  const newest = keptAhead.at(-1);
  if (newest === undefined) return;
  const waiting = end - next;
  if (newest - size > waiting) {
    throw damaged(`it ends after ${size} entries, and a checkpoint was kept of ${newest}`);
  }
}

/** The checkpoint the trail ends with is the one that was kept, where that is still there. */
async function requireKept(
  { store }: NotaryParts,
  tail: Pick<TrailTail, 'covered' | 'coveredRoot'>,
): Promise<void> {
  if (tail.coveredRoot === undefined) return;
  const kept = await store.read(tail.covered);
  if (kept !== undefined && kept.rootHash !== tail.coveredRoot) {
    throw damaged(`the checkpoint of ${tail.covered} is not the one that was kept`);
  }
}
