import { maxAmountMinor, type Evidence } from '@weir/contracts';
import { exp } from '@weir/windows';
import { amountProfile } from './amount-profile.ts';
import type { ScoringInput } from './compute-features.ts';
import { spanAggregates } from './span-aggregates.ts';

/**
 * How many standard deviations from the mean still count as usual: an amount is
 * above `highMinor` where amountLogZ is above this. One takes in two amounts of
 * three, and no rule that calls an amount unusual fires below it: a mail that
 * said "within the usual range" and "far above the usual" would help nobody.
 */
const usualDeviations = 1;

/**
 * What this account usually moves in the record's currency and direction, from
 * the mean of its log amounts in the plan's longest span and one standard
 * deviation to either side, in whole minor units from 0 to maxAmountMinor; or
 * null where the account has fewer than minimumHistory transactions there.
 */
export function baseline({ record, history, plan }: ScoringInput): Evidence['usualAmount'] {
  const { longest } = spanAggregates(record, history, plan);
  const profile = amountProfile(longest.aggregate);
  if (profile === null) return null;
  const at = (deviations: number): number => {
    const amount = exp((profile.meanMilli + deviations * profile.spreadMilli) / 1000) - 1;
    return Math.round(Math.min(maxAmountMinor, Math.max(0, amount)));
  };
  return {
    lowMinor: at(-usualDeviations),
    typicalMinor: at(0),
    highMinor: at(usualDeviations),
    transactions: longest.aggregate.count,
    windowSpanMs: longest.span.spanMs,
  };
}
