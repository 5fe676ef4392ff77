import type { FeatureValues } from '@weir/contracts';
import type { Observation } from './learner.ts';

export const dayMs = 86_400_000;
export const startMs = Date.UTC(2025, 5, 15);

/** An ordinary debit of 25 euros at a shop, but for what is given. */
export function observationOf(
  different: Omit<Partial<Observation>, 'features'> & { readonly features?: FeatureValues } = {},
): Observation {
  const { features, ...others } = different;
  return {
    ...{ partition: 0, offset: 0, eventTimeMs: startMs, transaction: 't1_one' },
    ...{ account: 'a1_one', counterparty: 'aaaaaaaaaaaa', currency: 'EUR', creditDebitIndicator: 'DBIT' },
    ...others,
    features: { amountMinor: 2_500, historyCount: 20, amountRobustZ: 0, ...features },
  };
}
