import type { WindowAggregate } from '@weir/windows';

/** What is usual for an account's amounts, on the scale of 1000·ln(1 + amountMinor). */
export type AmountProfile = { readonly meanMilli: number; readonly spreadMilli: number };

/** The fewest transactions that say something about what is usual. Below it, features that compare have no value. */
export const minimumHistory = 10;

/**
 * The least spread an account is taken to have: 250 milli-nats, about 28 % up
 * or down. An account that pays the same amount every day has none of its own,
 * and without a floor its first cent of change would be infinitely unusual.
 */
export const minimumSpreadMilli = 250;

/**
 * Mean and sample standard deviation of the log amounts of a window (Bessel's
 * correction, since the window is a sample of the account's life), or null
 * below `minimumHistory`. Math.sqrt may be used where Math.log may not: IEEE 754
 * (§5.4.1) has square roots rounded correctly, and processors do it.
 */
export function amountProfile(aggregate: WindowAggregate): AmountProfile | null {
  const { count, logSum, logSquareSum } = aggregate;
  if (count < minimumHistory) return null;
  const meanMilli = logSum / count;
  const variance = Math.max(0, (logSquareSum - logSum * meanMilli) / (count - 1));
  return { meanMilli, spreadMilli: Math.max(minimumSpreadMilli, Math.sqrt(variance)) };
}
