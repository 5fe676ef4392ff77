import { ln, logMilli, type Activity } from '@weir/windows';
import { minimumSpreadMilli } from './amount-profile.ts';
import { boundedSurprise } from './bounded-surprise.ts';
import type { PeerGroup } from './peer-group.ts';

/** As one more day on which twice the typical amount was moved: what an account is taken to do before it has shown it. */
const priorDays = 1;
const priorAmounts = 2;

/**
 * What was moved within 24 hours besides the largest amount, with this one, against what the account moves on a
 * day: its distance from the daily mean in root mean squares of the days' sums. One large payment alone leaves it
 * small, however large: that is the amount's matter. Several large ones, or many, don't.
 */
export function restOfDayZ(
  amountMinor: number,
  largestMinor: number,
  typical: number | undefined,
  activity: Activity,
): number {
  if (typical === undefined) return 0;
  const restMinor = activity.recentSumMinor + amountMinor - Math.max(amountMinor, largestMinor);
  let moved = priorAmounts * typical;
  let squares = moved * moved;
  for (const daySumMinor of activity.daySumsMinor) {
    moved += daySumMinor;
    squares += daySumMinor * daySumMinor;
  }
  const days = activity.daySumsMinor.length + priorDays;
  const z = (restMinor - moved / days) / Math.sqrt(squares / days);
  return z < 0 ? -boundedSurprise(-z) : boundedSurprise(z);
}

/** ln of the largest amount of a span over the typical one, in nats; 0 where the span is empty. */
export const peakOverTypical = (largestMinor: number, typical: number | undefined): number =>
  typical === undefined || largestMinor === 0 ? 0 : ln(Math.max(1, largestMinor) / typical);

/** How far an amount lies from what accounts move in its currency and direction, in their standard deviations of log amounts. */
export const amountPeerZ = (amountMinor: number, peers: PeerGroup | undefined): number | null =>
  peers === undefined
    ? null
    : (logMilli(amountMinor) - peers.meanMilli) / Math.max(minimumSpreadMilli, peers.spreadMilli);
