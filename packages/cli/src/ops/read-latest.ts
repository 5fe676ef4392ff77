import type { PartitionOffsets, PartitionPositions } from '@weir/kafka';
import type { ReadEvent } from './read-events.ts';

/**
 * The latest `count` events of a whole stream, oldest first: by the log's time,
 * then partition and offset. Markers of transactions take offsets too, and
 * nobody knows how many, so `read` is asked again from further back until each
 * partition has given enough or all it has. Keeps at most about twice `count`.
 */
export async function readLatest(options: {
  readonly count: number;
  readonly offsets: readonly PartitionOffsets[];
  /** Reads from these positions to the ends that stand in `offsets`. */
  readonly read: (from: PartitionPositions, onEvent: (event: ReadEvent) => void) => Promise<void>;
}): Promise<ReadEvent[]> {
  const { count, offsets, read } = options;
  if (count === 0) return [];
  // Where each transaction is of one record, there are as many markers as records.
  for (let span = 2 * count; ; span *= 4) {
    const from = new Map(
      offsets.map(({ partition, earliest, end }) => [partition, Math.max(earliest, end - span)]),
    );
    const found = new Map<number, number>();
    let latest: ReadEvent[] = [];
    await read(from, (event) => {
      const { partition } = event.record;
      found.set(partition, (found.get(partition) ?? 0) + 1);
      latest.push(event);
      if (latest.length >= 2 * count) latest = lastOf(latest, count);
    });
    const isEnough = offsets.every(
      ({ partition, earliest }) =>
        (found.get(partition) ?? 0) >= count || (from.get(partition) ?? earliest) <= earliest,
    );
    if (isEnough) return lastOf(latest, count);
  }
}

const lastOf = (events: readonly ReadEvent[], count: number): ReadEvent[] =>
  events
    .toSorted(
      ({ record: a }, { record: b }) =>
        a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset,
    )
    .slice(-count);
