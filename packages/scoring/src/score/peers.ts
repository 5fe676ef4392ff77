import type { PeerSums } from '@weir/contracts';
import type { PeerGroup } from '../peer-group.ts';

/** Days the count behind inverseCountSum looks back: the longest span of the standard plan. */
const countedDays = 30;

/** So few transactions say nothing about peers. */
const fewest = 100;

/**
 * What accounts do, from sums over their transactions; undefined where there are too few of them. Every
 * transaction counts 1/(1 + the account's transactions in 30 days), so that the sum counts accounts, and
 * the harmonic mean of their rates is what an account does on a day, not what the busiest do.
 */
export function peerGroupOf(sums: PeerSums): PeerGroup | undefined {
  const { transactions, logSum, logSquareSum, inverseCountSum } = sums;
  if (transactions < fewest) return undefined;
  const meanMilli = logSum / transactions;
  const variance = Math.max(0, logSquareSum / transactions - meanMilli * meanMilli);
  return {
    meanMilli,
    spreadMilli: Math.sqrt(variance),
    perDay: transactions / Math.max(1, inverseCountSum) / countedDays,
  };
}
