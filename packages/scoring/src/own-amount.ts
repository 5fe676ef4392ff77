import { exp, ln, logMilli, type Activity } from '@weir/windows';
import { minimumSpreadMilli } from './amount-profile.ts';
import { boundedSurprise } from './bounded-surprise.ts';
import { weightOfPeers, type PeerGroup } from './peer-group.ts';

/** The standard deviation of a normal distribution in units of its median absolute deviation: 1/Φ⁻¹(¾) (Hampel 1974). */
const deviationsToSpread = 1.4826;

/** The spread where neither account nor peers tell one: a factor of e up or down. */
const spreadOtherwiseMilli = 1_000;

/**
 * How far an amount lies from the account's usual one, in robust standard deviations of the log
 * amount: the median and the median absolute deviation, which half of the history being fraud can't
 * move, drawn towards the peers' mean and spread while the history is short.
 */
export function amountRobustZ(amountMinor: number, activity: Activity, peers: PeerGroup | undefined): number {
  const { count, medianMilli } = activity;
  const amountMilli = logMilli(amountMinor);
  if (count === 0 && peers === undefined) return 0;
  const weight = weightOfPeers(count);
  const centreMilli =
    peers === undefined ? medianMilli : (count * medianMilli + weight * peers.meanMilli) / (count + weight);
  const ownMilli = deviationsToSpread * activity.deviationMilli;
  const priorMilli = peers?.spreadMilli ?? spreadOtherwiseMilli;
  const variance = (count * ownMilli * ownMilli + weight * priorMilli * priorMilli) / (count + weight);
  const z = (amountMilli - centreMilli) / Math.max(minimumSpreadMilli, Math.sqrt(variance));
  return z < 0 ? -boundedSurprise(-z) : boundedSurprise(z);
}

/** The median amount in minor units, at least one; undefined where nobody knows one. */
export function typicalMinor(activity: Activity, peers: PeerGroup | undefined): number | undefined {
  const milli = activity.count > 0 ? activity.medianMilli : peers?.meanMilli;
  return milli === undefined ? undefined : Math.max(1, exp(milli / 1000) - 1);
}

/**
 * How surprising it is that the account pays somebody new: −ln((d + 1)/(n + 2)) with d different
 * counterparties among n transactions. d of n were somebody's first, which is what tells how likely
 * the next one is (Witten and Bell, The zero-frequency problem, 1991), smoothed by Laplace's rule of
 * succession. 0 for a known one.
 */
export const counterpartySurprise = (isNew: boolean, distinct: number, count: number): number =>
  isNew ? ln((count + 2) / (distinct + 1)) : 0;
