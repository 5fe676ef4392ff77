import { exp } from '@weir/windows';
import { micro, microOf } from '../round-micro.ts';
import type { LogOddsParts } from './log-odds.ts';
import type { Contributions } from './scorer.ts';

/** The probability of log-odds. */
export const probabilityOf = (logOdds: number): number => 1 / (1 + exp(-logOdds));

/**
 * Shares a score among what its log-odds are made of. On the straight way from the base to all parts
 * together, each part moves the score in proportion to itself: integrated gradients (Sundararajan, Taly
 * and Yan 2017), which for a sum behind one curve come to parts · (score − base score) / Σ parts.
 * Whole millionths; what rounding leaves goes to the parts it was taken most from, so that base and
 * contributions add up to the score exactly: to the one that was given in a verdict, from log-odds that
 * were summed in another order than the parts and may differ from theirs in the last bit.
 */
export function contributionsOf({ base, parts }: LogOddsParts, scoreMicro: number): Contributions {
  let sum = 0;
  for (const part of parts.values()) sum += part;
  const score = probabilityOf(base + sum);
  const ofBase = probabilityOf(base);
  const perLogOdds = micro * (Math.abs(sum) < 1e-6 ? score * (1 - score) : (score - ofBase) / sum);
  const shared = [...parts].map(([feature, part]) => {
    const exact = part * perLogOdds;
    const whole = Math.floor(exact);
    return { feature, whole, rest: exact - whole };
  });
  let left = scoreMicro - microOf(ofBase) - shared.reduce((total, { whole }) => total + whole, 0);
  for (const one of shared.toSorted((a, b) => b.rest - a.rest || (a.feature < b.feature ? -1 : 1))) {
    if (left <= 0) break;
    one.whole += 1;
    left -= 1;
  }
  return {
    // A millionth that no part is short of is the base's.
    base: (microOf(ofBase) + left) / micro,
    features: shared
      .filter(({ whole }) => whole !== 0)
      .map(({ feature, whole }) => ({ feature, contribution: whole / micro })),
  };
}
