import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { limits } from '../limits.ts';

/** How far the own clock is ahead of another one; below 0 it is behind. */
export type ClockFacts = {
  readonly against: string;
  readonly aheadMs: number;
};

export const judgeClock = ({ against, aheadMs }: ClockFacts): Check => {
  const apartMs = Math.abs(aheadMs);
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  const what =
    apartMs < 1_000
      ? `within a second of ${against}`
      : `${(apartMs / 1_000).toFixed(1)} s ${side} ${against}`;
  const mend =
    'Let both machines follow a time server (timedatectl set-ntp true); which of the two is wrong, a third clock tells.';
  if (apartMs > limits.skewFailMs) return fail(['clock.skew', against], what, mend);
  if (apartMs > limits.skewWarnMs) return warn(['clock.skew', against], what, mend);
  return ok(['clock.skew', against], what);
};
