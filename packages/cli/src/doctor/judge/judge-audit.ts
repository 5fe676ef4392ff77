import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { limits } from '../limits.ts';
import { grouped } from '../../terminal/table.ts';

/** What the end of the audit trail looks like. Times in milliseconds since the epoch. */
export type TrailFacts = {
  /** How many records of the trail were looked at. */
  readonly entries: number;
  /** How many entries the newest checkpoint covers, and when it was signed. */
  readonly checkpoint: { readonly treeSize: number; readonly atMs: number } | undefined;
  /** When the oldest entry was recorded that no checkpoint covers. */
  readonly uncoveredSinceMs: number | undefined;
  readonly nowMs: number;
};

/** A quiet trail needs no new checkpoint: only entries that wait for one make an old one a fault. */
export function judgeCheckpoint({ entries, checkpoint, uncoveredSinceMs, nowMs }: TrailFacts): Check {
  const mend =
    'Look at the notary: whether it runs, and whether it may sign (its log, and audit.signingKey here).';
  if (entries === 0) return ok('audit.checkpoint', 'the trail has no entries yet');
  const last =
    checkpoint === undefined
      ? 'no checkpoint was found'
      : `the last checkpoint covers ${grouped(checkpoint.treeSize)} entries`;
  if (uncoveredSinceMs === undefined) return ok('audit.checkpoint', last);
  const waitsMs = nowMs - uncoveredSinceMs;
  const what = `${last}; entries have waited for one for ${Math.max(0, Math.round(waitsMs / 60_000))} minutes`;
  if (waitsMs > limits.checkpointFailMs) return fail('audit.checkpoint', what, mend);
  if (waitsMs > limits.checkpointWarnMs) return warn('audit.checkpoint', what, mend);
  return ok('audit.checkpoint', last);
}
