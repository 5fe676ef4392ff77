/** Numbers that look random and are a function of the seed alone. */
export type Random = {
  /** At least 0 and below 1. */
  fraction(): number;
  /** A whole number, at least 0 and below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
};

/**
 * sfc32, Chris Doty-Humphrey's small fast counting generator (PractRand), with
 * the purpose mixed into the seed so that what one part draws doesn't move another's numbers.
 */
export const createRandom = (seed: number, purpose: string): Random => {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0;
  let counter = 1;
  for (const letter of purpose) c = (Math.imul(c, 31) + letter.charCodeAt(0)) | 0;

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 15; warmUp += 1) next();

  const fraction = (): number => next() / 4_294_967_296;
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
  };
};
