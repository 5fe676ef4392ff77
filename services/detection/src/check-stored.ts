import { WeirError } from '@weir/contracts';
import type { DetectionParts } from './detection-parts.ts';
import type { OwnedPartition } from './owned-partition.ts';

/**
 * Whether the stored position is still the one this worker left: a Redis that was
 * flushed, or brought back from an older copy, shows in nothing else until the
 * partition's next record. True where there is no answer, or the partition moved on
 * meanwhile: the chain watches over those.
 */
export async function checkStored(parts: DetectionParts, owned: OwnedPartition): Promise<boolean> {
  const known = owned.stored;
  try {
    const found = await owned.store.position(owned.partition);
    if (owned.stored !== known) return true;
    if (found?.next === known?.next && found?.token === known?.token) return true;
    parts.observe.storedMoved(owned.partition, { known: known?.next, found: found?.next });
    return false;
  } catch (error) {
    if (error instanceof WeirError && error.recovery === 'retry') return true;
    throw error;
  }
}
