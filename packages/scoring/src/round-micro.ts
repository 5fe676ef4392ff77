/** Scores and features come in so many parts of one. */
export const micro = 1_000_000;

/** As whole millionths. */
export const microOf = (value: number): number => Math.round(value * micro);

/** From here on a double has no room for a digit below 10^-6 that multiplying would not blur. */
const exactBelow = 2 ** 53 / micro;

/**
 * Rounds to 10^-6, the precision of every feature: far finer than any rule
 * looks, and coarse enough that what is written to JSON stays short. Adding
 * zero turns -0 into 0, because JSON knows no negative zero and a recomputed
 * verdict would differ from the one read back.
 */
export function roundMicro(value: number): number {
  if (Math.abs(value) >= exactBelow) return value;
  return microOf(value) / micro + 0;
}
