import type { Activity } from '@weir/windows';
import { boundedSurprise } from './bounded-surprise.ts';
import { betaSurprise } from './incomplete-beta.ts';
import { perDayOf, type PeerGroup } from './peer-group.ts';

/** As so many days a spread as large as the mean counts beside the account's own days. */
const priorSpreadDays = 3;

/** As so many days a day of typical transactions counts beside the account's own. */
const priorDays = 1;

/** The least variance of a day's sum, in squares of the mean: spread evenly, nobody spends. */
const leastVariance = 1 / 16;

/**
 * The surprise of a sum within 24 hours as large as this, given what the account moves on a day on
 * which it moves anything. Sums of days are taken as gamma distributed with the account's own
 * day-to-day spread, and their mean as uncertain as so many days leave it; the tail is then that of
 * a compound gamma distribution, I_{R/(R+x)}(a·n, a) (Dubey, Compound gamma, beta
 * and F distributions, 1970; NIST DLMF 8.17): of n days R was
 * moved, and 1/a is the square of spread over mean. Only days that moved anything count: how often
 * is the velocity's matter.
 */
export function daySumSurprise(
  amountMinor: number,
  typical: number | undefined,
  activity: Activity,
  peers: PeerGroup | undefined,
): number {
  const sumMinor = activity.recentSumMinor + amountMinor;
  if (typical === undefined || sumMinor === 0) return 0;
  let days = 0;
  let moved = 0;
  let squares = 0;
  for (const daySumMinor of activity.daySumsMinor) {
    if (daySumMinor === 0) continue;
    days += 1;
    moved += daySumMinor;
    squares += daySumMinor * daySumMinor;
  }
  // Σ(s/m − 1)² over the days, with m their mean.
  const ownSpread = days === 0 ? 0 : Math.max(0, (squares * days) / (moved * moved) - 1) * days;
  const variance = Math.max(leastVariance, (ownSpread + priorSpreadDays) / (days + priorSpreadDays));
  const ofPrior = priorDays * typical * Math.max(1, perDayOf(peers));
  const total = moved + ofPrior;
  const whole = total + sumMinor;
  const shape = 1 / variance;
  return boundedSurprise(betaSurprise(total / whole, sumMinor / whole, shape * (days + priorDays), shape));
}
