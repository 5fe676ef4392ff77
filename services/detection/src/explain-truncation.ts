import { WeirError } from '@weir/contracts';
import type { DetectionParts } from './detection-parts.ts';
import type { OwnedPartition } from './owned-partition.ts';

/**
 * What it means that the consumer was sent outside of the log. Where retention
 * took what a muted replay was at, everything has its verdict still, and a worker
 * that starts again rebuilds from what the log has now: answers an error after
 * which it is started again. Where a position that was published lies outside of
 * the log a person has to act, and the error stays what it is; so does any other.
 */
export async function explainTruncation(
  { logOffsets }: Pick<DetectionParts, 'logOffsets'>,
  owned: readonly Pick<OwnedPartition, 'partition' | 'position' | 'publishFrom'>[],
  error: Error,
): Promise<Error> {
  if (!(error instanceof WeirError) || error.code !== 'log_truncated') return error;
  let isReplay = false;
  for (const { partition, position, publishFrom } of owned) {
    const { earliest, end } = await logOffsets(partition);
    const published = Math.max(position, publishFrom);
    if (published < earliest || published > end) return error;
    isReplay ||= position < earliest;
  }
  if (!isReplay) return error;
  return new WeirError('position_moved', 'the log no longer has what windows were being rebuilt from', {
    cause: error,
  });
}
