import { weightSteps } from './ruleset.ts';

const micro = 1_000_000n;

/**
 * Combines weights w to 1 − Π(1 − w) (noisy-or: the rules are taken as
 * independent witnesses), rounded half up to 10^-6. Weights are whole
 * thousandths, so the product is made of integers: the score is exact, and the
 * same whatever the order. Contributions are differences of scores so rounded,
 * in the given order; in millionths they add up to the score exactly.
 */
export function combineWeights(weights: readonly number[]): {
  readonly score: number;
  readonly contributions: readonly number[];
} {
  let remaining = 1n;
  let whole = 1n;
  let scoreMicro = 0;
  const contributions = weights.map((weight) => {
    remaining *= BigInt(weightSteps - Math.round(weight * weightSteps));
    whole *= BigInt(weightSteps);
    const before = scoreMicro;
    scoreMicro = Number((2n * micro * (whole - remaining) + whole) / (2n * whole));
    return (scoreMicro - before) / Number(micro);
  });
  return { score: scoreMicro / Number(micro), contributions };
}
