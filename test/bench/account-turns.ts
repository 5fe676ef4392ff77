import { createRandom } from '@weir/simulator';
import type { Random } from '@weir/simulator';

/** Whose turn it is, by account index. */
export type Turns = { next(): number };

/**
 * Takes from each lane in turn. A lane goes through its accounts in order the
 * first time and in another order each time after, so that nobody comes twice
 * before all others have come, and batches are never the same.
 */
export function createTurns(lanes: readonly (readonly number[])[], seed: number): Turns {
  const random = createRandom('account turns', seed);
  const kept = lanes.filter((lane) => lane.length > 0).map((lane) => ({ accounts: [...lane], at: 0 }));
  let turn = 0;
  return {
    next: () => {
      const lane = kept[turn % kept.length];
      if (lane === undefined) throw new RangeError('there is nobody to take a turn');
      turn += 1;
      if (lane.at === lane.accounts.length) {
        shuffle(lane.accounts, random);
        lane.at = 0;
      }
      const account = lane.accounts[lane.at];
      if (account === undefined) throw new Error('a lane ran out of accounts');
      lane.at += 1;
      return account;
    },
  };
}

/** In place (Fisher and Yates, as in Knuth, The Art of Computer Programming, volume 2, algorithm P). */
function shuffle(values: number[], random: Random): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const chosen = random.below(last + 1);
    const moved = values[last] ?? 0;
    values[last] = values[chosen] ?? 0;
    values[chosen] = moved;
  }
}
