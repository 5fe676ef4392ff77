import { offset, partitionNumber, sha256Hex, versions } from '@weir/contracts';
import { comparisonState, manifestPosition } from '@weir/replays';
import { z } from 'zod';

const count = z.int().min(0);

/** The most passes that the accounts of a partition are read in. */
export const mostPasses = 64;

/** One pass over a partition: the accounts whose hash ends in `length` bits that are `bits`, from `next` on. */
const replayPass = z.strictObject({ bits: count.max(mostPasses - 1), length: count.max(6), next: offset });
export type ReplayPass = Readonly<z.infer<typeof replayPass>>;

/**
 * Where a run stands: in one partition, in the first of the passes that are still to be made. The one that every
 * partition begins with takes all accounts; where their windows get too large, it keeps half of them, and those that
 * had to go have a pass of their own, which goes on where they had to go.
 */
const place = z.strictObject({
  partition: partitionNumber,
  passes: z.array(replayPass).min(1).max(mostPasses),
});

/** What was counted beside the comparison. */
export const replayCounts = z.strictObject({
  controls: count.describe('Control records, which are applied and not compared'),
  unproven: count.describe(
    'Judged by a history that the log may no longer have all of, or a key keeps closed: what differs there says little',
  ),
  unprovenDifferences: count,
  unpublished: count.describe(
    'Refused then because they could not be published, which says nothing of how they were judged; not compared',
  ),
  unaccounted: count.describe('Records of which journal and replay do not even say the same kind of thing'),
  unreadable: z
    .record(z.string(), count)
    .describe(
      'By the ARN of a key that can not be used: how many records it keeps closed; those without a whole seal by ""',
    ),
  handedOver: count.default(0).describe('Records that a target was handed'),
});
export type ReplayCounts = z.infer<typeof replayCounts>;

export const noCounts: ReplayCounts = {
  controls: 0,
  unproven: 0,
  unprovenDifferences: 0,
  unpublished: 0,
  unaccounted: 0,
  unreadable: {},
  handedOver: 0,
};

/**
 * How far a run has come, as plain JSON: everything it takes to go on, but for the windows, which are warmed up
 * again. `comparison` holds pseudonyms and amounts, and has to be kept sealed; the rest holds none.
 */
export const replayCheckpoint = z.strictObject({
  format: z.literal(1),
  planHash: sha256Hex,
  /** Null once all of it is done. */
  place: place.nullable(),
  manifest: manifestPosition,
  counts: replayCounts,
  /** Under which versions how many records were judged again, in the order they came into force. */
  versions: z.array(z.strictObject({ versions, records: count })).max(10_000),
  comparison: comparisonState,
  target: z
    .json()
    .optional()
    .describe('Where the target stood, in its own words; absent for one that compares'),
});
export type ReplayCheckpoint = z.infer<typeof replayCheckpoint>;
