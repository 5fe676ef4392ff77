import { differencesOf } from '@weir/replays';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';

/** What a checkpoint counts, as callers see it: also what is not even of the same kind differs. */
export const countsOf = ({
  manifest,
  comparison,
  counts,
}: ReplayCheckpoint): { readonly records: number; readonly differences: number } => ({
  records: manifest.size,
  differences: differencesOf(comparison) + counts.unaccounted,
});
