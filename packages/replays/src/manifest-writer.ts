import { createMerkleTree } from '@weir/audit';
import { offset, partitionNumber, sha256Hex } from '@weir/contracts';
import { z } from 'zod';
import { manifestLeafHash, viewOf } from './manifest.ts';
import type { ManifestLeaf } from './manifest.ts';

/**
 * How far a manifest is written: enough to go on behind it in logarithmic space. It is plain JSON, to be kept in a
 * checkpoint.
 */
export const manifestPosition = z.strictObject({
  size: offset,
  peaks: z.array(sha256Hex).max(53).describe('The roots of the perfect subtrees, the largest first'),
  last: z
    .tuple([z.int().min(0), partitionNumber, offset])
    .nullable()
    .describe('Topic, partition and offset of the last record; null before the first'),
});
export type ManifestPosition = z.infer<typeof manifestPosition>;

export const emptyManifest: ManifestPosition = { size: 0, peaks: [], last: null };

/** Where a record stands: by the place of its topic in the header, then by partition, then by offset. */
export type RecordPlace = readonly [topicIndex: number, partition: number, offset: number];

/** Whether the one place comes behind the other in a manifest. */
export const comesBehind = (place: RecordPlace, before: RecordPlace): boolean =>
  place[0] !== before[0]
    ? place[0] > before[0]
    : place[1] !== before[1]
      ? place[1] > before[1]
      : place[2] > before[2];

/** The line of a record, without its line break. */
export const leafLine = ([topicIndex, partition, at]: RecordPlace, leaf: ManifestLeaf): string =>
  `[${String(topicIndex)},${String(partition)},${String(at)},${String(leaf.timestampMs)},"${viewOf(leaf.sha256).toString('base64url')}"]`;

export type ManifestWriter = {
  /**
   * Takes the next record and gives its line, without its line break. Throws RangeError for a record that does not
   * come behind the last one, and for a topic that the header does not name.
   */
  readonly add: (leaf: ManifestLeaf) => string;
  readonly records: () => number;
  /** The root over all records so far, in hex. */
  readonly root: () => string;
  readonly position: () => ManifestPosition;
};

/**
 * Writes the lines of records between a manifest's header and its end. It holds no line: who asks appends them to a
 * file, and after a crash cuts the file back to where the position was kept. Throws RangeError for a position that no
 * manifest can have.
 */
export function createManifestWriter(
  topics: readonly string[],
  from: ManifestPosition = emptyManifest,
): ManifestWriter {
  if ((from.last === null) !== (from.size === 0)) throw new RangeError('no manifest has such a position');
  const tree = createMerkleTree({
    size: from.size,
    peaks: from.peaks.map((peak) => Buffer.from(peak, 'hex')),
  });
  let last: RecordPlace | null = from.last;
  return {
    add(leaf) {
      const place: RecordPlace = [topics.indexOf(leaf.topic), leaf.partition, leaf.offset];
      if (place[0] < 0) throw new RangeError('a record of a topic that the header does not name');
      if (last !== null && !comesBehind(place, last)) throw new RangeError('records have to come in order');
      tree.append(manifestLeafHash(leaf));
      last = place;
      return leafLine(place, leaf);
    },
    records: () => tree.size(),
    root: () => tree.root().toString('hex'),
    position: () => ({
      size: tree.size(),
      peaks: tree.frontier().peaks.map((peak) => Buffer.from(peak).toString('hex')),
      last: last === null ? null : [...last],
    }),
  };
}
