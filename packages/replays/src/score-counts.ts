import { changeBars, scoreSquares } from './comparison-state.ts';
import type { ComparisonState } from './comparison-state.ts';

type State = Pick<ComparisonState, 'scores' | 'changes' | 'largestChange'>;

const squareOf = (score: number): number => Math.min(scoreSquares - 1, Math.floor(score * scoreSquares));

/** Counts verdicts by their scores then and now, and how far the two lie apart. */
export function createScoreCounts(from: State) {
  const squares = new Map(
    from.scores.map(([then, now, verdicts, flips]) => [then * scoreSquares + now, { verdicts, flips }]),
  );
  const changes = [...from.changes];
  let largestChange = from.largestChange;
  return {
    add(then: number, now: number, isFlip: boolean): void {
      const key = squareOf(then) * scoreSquares + squareOf(now);
      let square = squares.get(key);
      if (square === undefined) squares.set(key, (square = { verdicts: 0, flips: 0 }));
      square.verdicts += 1;
      if (isFlip) square.flips += 1;
      if (then === now) return;
      const bar = Math.min(changeBars - 1, Math.floor(((now - then + 1) * changeBars) / 2));
      changes[bar] = (changes[bar] ?? 0) + 1;
      // Scores are whole millionths, and so is what lies between two of them.
      largestChange = Math.max(largestChange, Math.round(Math.abs(now - then) * 1e6) / 1e6);
    },
    state: (): State => ({
      scores: [...squares]
        .sort(([one], [other]) => one - other)
        .map(([key, { verdicts, flips }]) => [
          Math.floor(key / scoreSquares),
          key % scoreSquares,
          verdicts,
          flips,
        ]),
      changes: [...changes],
      largestChange,
    }),
  };
}
