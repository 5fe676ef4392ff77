import { createRandom } from '@weir/simulator';
import type { Random } from '@weir/simulator';

/** A source of chance that a seed decides, with what a plan of faults asks for besides. */
export type SeededRandom = Random & {
  /** A whole number from `low` up to, and with, `high`. */
  readonly between: (low: number, high: number) => number;
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
};

/** The same seed tells the same numbers on any machine. */
export function createSeededRandom(seed: string): SeededRandom {
  const random = createRandom(seed);
  const between = (low: number, high: number): number => low + random.below(high - low + 1);
  return {
    ...random,
    between,
    shuffle: (items) => {
      const mixed = [...items];
      // Fisher and Yates, as Durstenfeld wrote it down: every order is equally likely.
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [mixed[last], mixed[other]] = [mixed[other] as never, mixed[last] as never];
      }
      return mixed;
    },
  };
}
