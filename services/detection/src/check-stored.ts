import { WeirError } from '@weir/contracts';
import type { DetectionParts } from './detection-parts.ts';
import type { OwnedPartition } from './owned-partition.ts';

/**
 * Whether the stored position is still the one this worker left: a Redis that was
 * flushed, or brought back from an older copy, shows in nothing else until the
 * partition's next record. True where there is no answer, or the partition moved on
 * meanwhile: the chain watches over those.
 */
export async function checkStored(parts: DetectionParts, owned: Readonly<OwnedPartition>): Promise<boolean> {
  const known = owned.stored;
  try {
    // A store of its own: the worker's remembers how far it was, and must not be told of a Redis that went back.
    const store = await parts.openStore(owned.log);
    const found = await store.position(owned.partition);
    if (owned.stored !== known) return true;
    if (found?.next === known?.next && found?.token === known?.token) return true;
    // A commit of its own that it has not heard of yet.
    if (found?.token === owned.token && found.next > (known?.next ?? -1)) return true;
    parts.observe.storedMoved(owned.partition, { known: known?.next, found: found?.next });
    return false;
  } catch (error) {
    if (error instanceof WeirError && error.recovery === 'retry') return true;
    throw error;
  }
}
