import { WeirError } from '@weir/contracts';
import { isJudged } from '@weir/replays';
import type { ReplayPlan } from '@weir/replays';
import { driveStateOf } from '../drive/drive-state.ts';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';
import type { RunFiles } from './run-files.ts';

/** How many records a run has handed over by what it kept last, for the trail; nothing of one that judges. */
export async function leftBy(
  { target }: Pick<ReplayPlan, 'target'>,
  { lastKept }: Pick<RunFiles, 'lastKept'>,
): Promise<{ readonly handedOver?: number }> {
  if (isJudged(target)) return {};
  try {
    const kept = await lastKept();
    return { handedOver: kept === undefined ? 0 : handedOverBy(target.kind, kept.checkpoint) };
  } catch (error) {
    // What can't be opened any more shall keep no end from being told; what passes is waited for.
    if (error instanceof WeirError && error.recovery !== 'retry') return {};
    throw error;
  }
}

/** A drive that still lists counts what it lists, and has handed over nothing. */
const handedOverBy = (kind: ReplayPlan['target']['kind'], checkpoint: ReplayCheckpoint): number => {
  const { target, counts } = checkpoint;
  const isListing = kind === 'drive' && (target === undefined || driveStateOf(checkpoint) === undefined);
  return isListing ? 0 : counts.handedOver;
};
