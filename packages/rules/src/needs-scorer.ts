import { riskFeatureNames } from '@weir/scoring';

/** What compares with peers, under any plan; of spans, up to their names. */
const byPeers =
  /^(?:amountPeerZ|amountRobustZ|daySumSurprise|restOfDayZ|velocitySurprise_.*|peakOverTypical_.*)$/;

const byOutcomes: readonly string[] = riskFeatureNames;

/**
 * Whether a feature is made of more than the account's own past: of what peers do, or of reported outcomes.
 * Both stand in the model in force. Rules that look at none of them decide the same whether there is one or not.
 */
export const needsScorer = (feature: string): boolean =>
  byOutcomes.includes(feature) || byPeers.test(feature);
