import type { FeatureValues } from '@weir/contracts';
import { ln } from '@weir/windows';

/**
 * Evidence counts from `from` on, `weight` for each unit beyond it; of a ratio, for each nat beyond it.
 * docs/detection-quality.md says where each comes from.
 */
export type Evidence = {
  readonly feature: string;
  readonly from: number;
  readonly weight: number;
  readonly isRatio?: true;
};

/**
 * What the label-free score looks at. An amount is unusual for its account first of all, for its peers
 * next; a burst is many large amounts within a day. Everything else has to be rarer before it counts,
 * for accounts that are merely irregular show it too.
 */
export const labelFreeEvidence: readonly Evidence[] = [
  { feature: 'amountRobustZ', from: 0, weight: 0.5 },
  { feature: 'amountOverTypical', from: 1, weight: 1, isRatio: true },
  { feature: 'amountPeerZ', from: 0, weight: 0.8 },
  { feature: 'restOfDayZ', from: 1.5, weight: 0.75 },
  { feature: 'daySumSurprise', from: 10, weight: 0.1 },
  { feature: 'velocitySurprise_1m', from: 6, weight: 0.3 },
  { feature: 'velocitySurprise_1h', from: 6, weight: 0.3 },
  { feature: 'velocitySurprise_24h', from: 6, weight: 0.3 },
  { feature: 'counterpartySurprise', from: 1, weight: 0.2 },
  { feature: 'newCountry', from: 0, weight: 0.6 },
  { feature: 'newChannel', from: 0, weight: 0.3 },
  { feature: 'hourSurprise', from: 1, weight: 0.3 },
  { feature: 'dormancySurprise', from: 5, weight: 0.2 },
  { feature: 'nearThresholdCount_24h', from: 1, weight: 0.8 },
  { feature: 'roundAmountCount_24h', from: 2, weight: 0.3 },
  { feature: 'equalAmountCount_24h', from: 3, weight: 0.2 },
];

/** The log-odds of a transaction that nothing speaks against, and what one unit of evidence adds to them. */
export const labelFreeBase = -6;
export const labelFreeSlope = 1.3;

/** Of what came in a day before, so much has to go out again to be passed through. */
const passedThrough = 0.8;
const passThroughWeight = 0.5;

/** Beyond so many log-odds more evidence tells ever less, so that the worst still rank among each other. */
const straightUpTo = 6;

/** No value counts beyond this, so that sums stay finite whatever stands in a feature. */
const mostCounted = 1_000_000;

/** A feature's own evidence, in units; 0 where it has no value. */
export function evidenceOf({ feature, from, weight, isRatio }: Evidence, features: FeatureValues): number {
  const value = features[feature];
  if (value === null || value === undefined || value <= from) return 0;
  const counted = Math.min(value, mostCounted);
  return weight * (isRatio === true ? ln(counted / from) : counted - from);
}

/**
 * Money that comes in and goes out again, by how many times the typical amount it is: a refund
 * that is spent again is none of it.
 */
export function passThroughEvidence(features: FeatureValues): number {
  const share = features['passThroughShare'] ?? 0;
  const passedMinor = features['passThroughMinor'] ?? 0;
  const overTypical = features['amountOverTypical'] ?? 0;
  const amountMinor = features['amountMinor'] ?? 0;
  if (share < passedThrough || amountMinor <= 0) return 0;
  const timesTypical = (passedMinor * overTypical) / amountMinor;
  return timesTypical <= 1 ? 0 : passThroughWeight * ln(Math.min(timesTypical, mostCounted));
}

/** In a week whose largest amount was more nats above the typical one than this, an unusual amount isn't the first. */
const peakFrom = 1;

/**
 * An unusual amount in a week that had others: each nat of the week's peak beyond the first, as far as this
 * amount is unusual itself. What comes after a peak and is as ever says nothing.
 */
export function repeatedAmountEvidence(features: FeatureValues): number {
  const peak = Math.min(features['peakOverTypical_7d'] ?? 0, mostCounted);
  const deviations = features['amountRobustZ'] ?? 0;
  return peak <= peakFrom || deviations <= 0 ? 0 : (peak - peakFrom) * Math.min(1, deviations);
}

/** Evidence that several features are needed for, and the one that stands for it in explanations. */
const combinedEvidence: readonly {
  readonly feature: string;
  readonly evidence: (features: FeatureValues) => number;
}[] = [
  { feature: 'passThroughMinor', evidence: passThroughEvidence },
  { feature: 'peakOverTypical_7d', evidence: repeatedAmountEvidence },
];

/**
 * All that speaks for fraud without any outcomes, in units. Scores of earlier releases depend on the order
 * they are summed in, to the last bit.
 */
export function labelFreeUnits(features: FeatureValues): number {
  let units = 0;
  for (const { evidence } of combinedEvidence) units += evidence(features);
  for (const one of labelFreeEvidence) units += evidenceOf(one, features);
  return units;
}

/** The same units by the features that they are told under. */
export function eachLabelFreeUnit(
  features: FeatureValues,
  tell: (feature: string, units: number) => void,
): void {
  for (const one of labelFreeEvidence) tell(one.feature, evidenceOf(one, features));
  for (const { feature, evidence } of combinedEvidence) tell(feature, evidence(features));
}

/**
 * How much of all evidence counts: 1 up to `straightUpTo` log-odds, and beyond that so that they grow
 * with the logarithm, without a bend.
 */
export function shareThatCounts(logOdds: number): number {
  if (logOdds <= straightUpTo) return 1;
  return (straightUpTo + straightUpTo * ln(logOdds / straightUpTo)) / logOdds;
}
