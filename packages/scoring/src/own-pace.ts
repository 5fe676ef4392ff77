import { ln, type Activity } from '@weir/windows';
import { betaSurprise } from './incomplete-beta.ts';
import { boundedSurprise } from './bounded-surprise.ts';
import { perDayOf, type PeerGroup } from './peer-group.ts';

const dayMs = 86_400_000;

/** What a velocity is about: `count` transactions lie within `spanMs` before `atMs`. */
export type Burst = { readonly atMs: number; readonly spanMs: number; readonly count: number };

/**
 * The surprise of so many transactions within a span, given the account's rate before the span. With
 * a Poisson process whose rate has a gamma distribution their number has a negative binomial one
 * (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6), whose tail is I_q(n, r) (NIST DLMF
 * 8.17). The prior is one transaction in the time the peers take for one, or a day; the clock
 * starts at the account's first transaction, which isn't counted itself.
 */
export function velocitySurprise(burst: Burst, activity: Activity, peers: PeerGroup | undefined): number {
  const { atMs, spanMs, count } = burst;
  if (count === 0) return 0;
  const beforeMs = Math.max(0, atMs - spanMs - (activity.firstMs ?? atMs));
  const shape = 1 + Math.max(0, activity.count - count - 1);
  const timeMs = dayMs / perDayOf(peers) + beforeMs;
  const whole = timeMs + spanMs;
  return boundedSurprise(betaSurprise(spanMs / whole, timeMs / whole, count, shape));
}

/** People's gaps have weekends and holidays in them: the tail of gaps is taken as no thinner than this shape makes it. */
const thinnestGapShape = 4;

/**
 * The surprise of a silence as long as that since the last transaction, given the usual gap between
 * two: a·ln(1 + gap/(a·usual)), the tail of a Lomax distribution, which is what exponential gaps
 * with an unknown rate have (Lomax 1954). The usual gap is at least a day: nights are no dormancy.
 */
export function dormancySurprise(atMs: number, { count, firstMs, lastMs }: Activity): number {
  if (firstMs === undefined || lastMs === undefined) return 0;
  const usualMs = Math.max(dayMs, (dayMs + (lastMs - firstMs)) / count);
  const shape = Math.min(count, thinnestGapShape);
  return boundedSurprise(shape * ln(1 + (atMs - lastMs) / (shape * usualMs)));
}
