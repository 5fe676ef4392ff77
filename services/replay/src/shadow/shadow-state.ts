import { offset, partitionNumber } from '@weir/contracts';
import { z } from 'zod';

/** How far a copy has come, as its checkpoint keeps it. */
export const shadowState = z.strictObject({
  format: z.literal(1),
  partitions: z
    .array(
      z.strictObject({
        partition: partitionNumber,
        end: offset.describe('Of the copy: what stands there next'),
        copied: offset.nullable().describe('The offset of the last original; null where there is none'),
      }),
    )
    .max(4_096),
});
export type ShadowState = z.infer<typeof shadowState>;

/** Where one partition stands. Offsets of a copy have no gaps: only one writer without transactions appends to it. */
export type ShadowEnd = { end: number; copied: number };

/** Before any original. */
export const none = -1;

export const shadowEnds = (state: ShadowState | undefined, partitions: number): Map<number, ShadowEnd> =>
  new Map(
    Array.from({ length: partitions }, (_unused, partition) => {
      const known = state?.partitions.find((one) => one.partition === partition);
      return [partition, { end: known?.end ?? 0, copied: known?.copied ?? none }];
    }),
  );

export const stateOf = (ends: ReadonlyMap<number, ShadowEnd>): ShadowState => ({
  format: 1,
  partitions: [...ends].map(([partition, { end, copied }]) => ({
    ...{ partition, end },
    copied: copied === none ? null : copied,
  })),
});
