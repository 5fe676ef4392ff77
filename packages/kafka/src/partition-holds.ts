import type { TopicPartition } from './consumer-types.ts';
import { nameOf } from './consumer-types.ts';

export type PartitionHolds = {
  /** Holds the partition back for a while, counted from now. */
  holdFor(at: TopicPartition, holdMs: number): void;
  /** Holds the partition back until `release`. */
  hold(at: TopicPartition): void;
  release(at: TopicPartition): void;
  /** Ends the timed holds: after a join the partitions start anew. */
  endTimed(): void;
  /** Applies the untimed holds to a consumer that has just joined. */
  reapply(): void;
};

/**
 * Why a partition is paused, since a pause for a while and one by order may
 * overlap: fetching goes on only when neither is left.
 */
export const createPartitionHolds = (fetching: {
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
}): PartitionHolds => {
  const ordered = new Map<string, TopicPartition>();
  const timed = new Map<string, { readonly at: TopicPartition; readonly timer: NodeJS.Timeout }>();

  const endOne = (at: TopicPartition): void => {
    clearTimeout(timed.get(nameOf(at))?.timer);
    timed.delete(nameOf(at));
    if (!ordered.has(nameOf(at))) fetching.resume(at);
  };

  return {
    holdFor: (at, holdMs) => {
      clearTimeout(timed.get(nameOf(at))?.timer);
      timed.set(nameOf(at), { at, timer: setTimeout(() => endOne(at), holdMs) });
      fetching.pause(at);
    },
    hold: (at) => {
      ordered.set(nameOf(at), at);
      fetching.pause(at);
    },
    release: (at) => {
      ordered.delete(nameOf(at));
      if (!timed.has(nameOf(at))) fetching.resume(at);
    },
    endTimed: () => [...timed.values()].forEach(({ at }) => endOne(at)),
    reapply: () => ordered.forEach((at) => fetching.pause(at)),
  };
};
