import { offset, partitionNumber } from '@weir/contracts';
import type { ReplayPlan } from '@weir/replays';
import { z } from 'zod';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';

const count = z.int().min(0);

/** Where a drive stands, in its checkpoint: behind a batch that was taken, always. */
const driving = z.strictObject({
  phase: z.literal('driving'),
  /** The time of the log that its schedule has come to; null before the first batch. */
  reachedMs: z.number().nullable(),
  requests: count.describe('Batches that the receiver has taken'),
  closed: count.describe('Records that a key keeps closed, which are left out'),
  partitions: z.array(z.strictObject({ partition: partitionNumber, next: offset, latestMs: count })),
});
export type DriveState = z.infer<typeof driving>;

const driveTarget = z.discriminatedUnion('phase', [z.strictObject({ phase: z.literal('listing') }), driving]);

/** What is kept until everything is listed. */
export const listingState = { phase: 'listing' } as const;

/** Where a drive goes on; undefined where nothing was handed over yet. */
export function driveStateOf({ target }: Pick<ReplayCheckpoint, 'target'>): DriveState | undefined {
  const state = driveTarget.parse(target);
  return state.phase === 'driving' ? state : undefined;
}

export const firstDriveState = ({ stretches }: Pick<ReplayPlan, 'stretches'>): DriveState => ({
  ...{ phase: 'driving', reachedMs: null, requests: 0, closed: 0 },
  partitions: stretches.map(({ partition, from }) => ({ partition, next: from, latestMs: 0 })),
});
