import { featureEntryOf } from '@weir/scoring';

/**
 * Whether a feature is made of more than the account's own past: of what peers do, or of reported outcomes.
 * Both stand in the model in force. Rules that look at none of them decide the same whether there is one or not.
 */
export const needsScorer = (feature: string): boolean =>
  (featureEntryOf(feature)?.entry.from ?? 'account') !== 'account';
