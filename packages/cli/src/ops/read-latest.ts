import type { StreamName } from '@weir/contracts';
import type { KafkaRecord, PartitionOffsets, PartitionPositions } from '@weir/kafka';
import type { Ops } from './connect-ops.ts';
import { readEvents } from './read-events.ts';
import type { ReadEvent } from './read-events.ts';

/** Where a record stands, and when the log has it. */
export type ReadPlace = Pick<KafkaRecord, 'partition' | 'offset' | 'timestampMs'>;

/** Offsets of several partitions: from the first of each up to before the second. */
export type ReadStretch = { readonly from: PartitionPositions; readonly until: PartitionPositions };

/** A longer stretch would go by without a word of progress, and read much that nobody asked for. */
const longestStretchOffsets = 50_000;

type Kept<Wanted> = ReadPlace & { readonly wanted: Wanted };

/**
 * The latest `count` of what is wanted of a whole stream, oldest first: by the log's time, then
 * partition and offset. Reads backwards in stretches that grow up to 50,000 offsets of a partition,
 * until no record further back can be among them, so that the newest of millions come quickly:
 * nobody knows how many offsets are markers of transactions, or not wanted. Times are taken to grow
 * along a partition, from one stretch to the next. Keeps at most twice `count`.
 */
export async function readLatest<Wanted>(options: {
  readonly count: number;
  readonly offsets: readonly PartitionOffsets[];
  /** Reads a stretch, each partition in its order, and hands over each place, with what is wanted of it or undefined. */
  readonly read: (
    stretch: ReadStretch,
    onRecord: (place: ReadPlace, wanted: Wanted | undefined) => void,
  ) => Promise<void>;
}): Promise<Wanted[]> {
  const { count, offsets, read } = options;
  if (count === 0) return [];
  let left = offsets.filter(({ earliest, end }) => end > earliest);
  let kept: Kept<Wanted>[] = [];
  // Where each transaction is of one record, there are as many markers as records.
  for (let span = 2 * count; left.length > 0; span = Math.min(4 * span, longestStretchOffsets)) {
    const stretch = lastStretch(left, Math.min(span, longestStretchOffsets));
    // Of the first record alone: one of a writer with a wrong clock further on hides nothing.
    const reachedMs = new Map<number, number>();
    await read(stretch, ({ partition, offset, timestampMs }, wanted) => {
      if (!reachedMs.has(partition)) reachedMs.set(partition, timestampMs);
      if (wanted === undefined) return;
      kept.push({ partition, offset, timestampMs, wanted });
      if (kept.length >= 2 * count) kept = lastOf(kept, count);
    });
    kept = lastOf(kept, count);
    const oldestMs = kept.length < count ? -Infinity : (kept[0]?.timestampMs ?? -Infinity);
    left = left
      .map((one) => ({ ...one, end: stretch.from.get(one.partition) ?? one.earliest }))
      .filter(
        ({ partition, earliest, end }) =>
          end > earliest && (reachedMs.get(partition) ?? Infinity) >= oldestMs,
      );
  }
  return kept.map(({ wanted }) => wanted);
}

/** The last `span` offsets of each partition. */
const lastStretch = (offsets: readonly PartitionOffsets[], span: number): ReadStretch => ({
  from: new Map(offsets.map(({ partition, earliest, end }) => [partition, Math.max(earliest, end - span)])),
  until: new Map(offsets.map(({ partition, end }) => [partition, end])),
});

const lastOf = <Wanted>(records: readonly Kept<Wanted>[], count: number): Kept<Wanted>[] =>
  records
    .toSorted((a, b) => a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset)
    .slice(-count);

/** The latest `count` events of a whole stream, oldest first. `offsets` are those of its topic. */
export const readLatestEvents = (
  ops: Ops,
  stream: StreamName,
  { count, offsets }: { readonly count: number; readonly offsets: readonly PartitionOffsets[] },
): Promise<ReadEvent[]> =>
  readLatest({
    count,
    offsets,
    read: (stretch, onRecord) => readEvents(ops, stream, stretch, (event) => onRecord(event.record, event)),
  });
