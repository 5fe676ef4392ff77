import { streams } from '@weir/contracts';
import type { KafkaRecord, PartitionTransactions } from '@weir/kafka';
import { openReleases } from './open-releases.ts';
import { createReleaseMemory } from './release-memory.ts';
import type { ReleaseMemory } from './release-memory.ts';
import type { ReleaseParts } from './release-parts.ts';

/** A partition of releases this worker has taken over: nobody else can publish for it while the fence holds. */
export type OwnedReleases = {
  readonly partition: number;
  readonly transactions: PartitionTransactions;
  readonly memory: ReleaseMemory;
  /** The next offset to look at. */
  position: number;
};

/** Records that are opened at a time while what was released before is read again. */
const recordsAtOnce = 500;

/**
 * Takes a partition of releases over: fences every earlier owner, reads how far
 * it came, and what was claimed before that from the topic itself, which is all
 * there is to know about what has been released. Throws WeirError.
 */
export async function takeOverReleases(parts: ReleaseParts, partition: number): Promise<OwnedReleases> {
  const transactions = parts.openTransactions(partition);
  try {
    await transactions.fence();
    const committed = await transactions.committed(streams.releases.topic, partition);
    const position = committed?.next ?? 0;
    const memory = createReleaseMemory(partition);
    if (position > 0) await remember(parts, memory, partition, position);
    parts.observe.tookOver(partition, { published: committed?.next });
    return { partition, transactions, memory, position };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}

async function remember(
  parts: ReleaseParts,
  memory: ReleaseMemory,
  partition: number,
  until: number,
): Promise<void> {
  let waiting: KafkaRecord[] = [];
  const takeIn = async (): Promise<void> => {
    const records = waiting;
    waiting = [];
    for (const one of await openReleases(parts, records)) if (one.ok) memory.add(one.claim);
  };
  await parts.readReleases(partition, until, async (record) => {
    waiting.push(record);
    if (waiting.length >= recordsAtOnce) await takeIn();
  });
  await takeIn();
}
