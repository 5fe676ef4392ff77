import { streams } from '@weir/contracts';
import { decodePositionMetadata } from '../position-metadata.ts';
import { readJournalEnd } from '../read-journal-end.ts';
import type { Published } from '../read-journal-end.ts';
import type { UpkeepParts } from './upkeep-parts.ts';

/**
 * How far each partition has been published and what is in force there, without
 * fencing anybody: it may be some 70 ms old. Partitions of which nothing has been
 * published are left out.
 */
export async function findPublished(parts: UpkeepParts): Promise<ReadonlyMap<number, Published>> {
  const { topic } = streams.received;
  const found = new Map<number, Published>();
  const positions = await parts.kafka.groupPositions(parts.groupId, topic);
  const offsets = await parts.kafka.offsets(topic);
  for (const { partition } of offsets) {
    const position = positions.find((one) => one.partition === partition);
    const log = position === undefined ? undefined : decodePositionMetadata(position.metadata);
    if (position?.next !== undefined && log !== undefined) {
      found.set(partition, { next: position.next, log });
      continue;
    }
    const journal = await readJournalEnd(parts, partition, offsets.length);
    if (journal !== undefined && journal !== 'unreadable') found.set(partition, journal);
  }
  return found;
}
