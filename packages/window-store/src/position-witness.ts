import { WeirError } from '@weir/contracts';

/** Remembers how far each partition was, so that a read notices when a store went back behind it. */
export type PositionWitness = {
  /** Takes what was read or written as the truth. */
  readonly saw: (partition: number, next: number | undefined) => void;
  /** Throws WeirError `position_moved` where the position is gone or smaller than it was. */
  readonly requireNotBack: (partition: number, next: number | undefined) => void;
};

/**
 * A chain commit notices by itself that a store was flushed or brought back from
 * an older copy. A worker that decides again what it has stored but not published
 * makes none, and must not decide by what such a store holds.
 */
export function createPositionWitness(): PositionWitness {
  const seen = new Map<number, number>();
  return {
    saw: (partition, next) => {
      if (next === undefined) seen.delete(partition);
      else seen.set(partition, next);
    },
    requireNotBack: (partition, next) => {
      const before = seen.get(partition);
      if (before === undefined || (next !== undefined && next >= before)) return;
      throw new WeirError('position_moved', `the stored position of partition ${partition} went back`);
    },
  };
}
