import { nameOf } from './consumer-types.ts';
import type { TopicPartition } from './consumer-types.ts';
import type { MemoryLink } from './memory-link.ts';

export type MemoryHolds = {
  holdFor(at: TopicPartition, holdMs: number): void;
  hold(at: TopicPartition): void;
  release(at: TopicPartition): void;
  endTimed(): void;
  isHeld(at: TopicPartition): boolean;
  /** Resolves when a partition may be fetched again, or was sought. */
  changed(): Promise<void>;
  tellChange(): void;
};

/** Why a partition is paused: for a while, by order, or both. Time is the link's. */
export const createMemoryHolds = (link: Pick<MemoryLink, 'sleep'>): MemoryHolds => {
  const ordered = new Set<string>();
  const timed = new Map<string, symbol>();
  let change = Promise.withResolvers<void>();

  const tellChange = (): void => {
    change.resolve();
    change = Promise.withResolvers();
  };

  return {
    holdFor: (at, holdMs) => {
      const hold = Symbol(nameOf(at));
      timed.set(nameOf(at), hold);
      void link.sleep(holdMs).then(() => {
        // A later hold of the same partition has the last word.
        if (timed.get(nameOf(at)) !== hold) return;
        timed.delete(nameOf(at));
        tellChange();
      });
    },
    hold: (at) => void ordered.add(nameOf(at)),
    release: (at) => {
      ordered.delete(nameOf(at));
      tellChange();
    },
    endTimed: () => {
      timed.clear();
      tellChange();
    },
    isHeld: (at) => ordered.has(nameOf(at)) || timed.has(nameOf(at)),
    changed: () => change.promise,
    tellChange,
  };
};
