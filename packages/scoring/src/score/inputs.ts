import type { ModelInput } from '@weir/contracts';
import { riskFeatureNames } from '../risk/risk-features.ts';

const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);

/** Standard deviations: finer in the middle, where most transactions lie. */
const deviations = [...steps(-4, -1, 1), ...steps(-0.5, 6, 0.5), 7, 8, 10, 12, 15, 20, 30];
/** Nats of surprise. */
const nats = [0, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25];
/** Days: about the finest a delay of days lets anybody see, up to a month and a half, coarser up to a quarter. */
const days = [...steps(0, 45, 1.5), 50, 60, 75, 90];
const counts = [0, 0.5, 1, 2, 3, 4, 5, 7, 10, 14, 20, 30];
const shares = steps(0, 1, 0.1);

/** What the online model learns from. Features another plan doesn't have count as without a value. */
export const modelInputs: readonly ModelInput[] = [
  { feature: 'amountPeerZ', knots: steps(-4, 8, 0.25) },
  { feature: 'amountRobustZ', knots: deviations },
  {
    feature: 'amountOverTypical',
    knots: [0, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 11, 15, 20, 40],
  },
  { feature: 'peakOverTypical_24h', knots: steps(-1, 4, 0.25) },
  { feature: 'peakOverTypical_7d', knots: steps(-1, 4, 0.25) },
  { feature: 'restOfDayZ', knots: steps(-1, 8, 0.5) },
  { feature: 'daySumSurprise', knots: nats },
  { feature: 'velocitySurprise_1h', knots: nats },
  { feature: 'velocitySurprise_24h', knots: nats },
  { feature: 'counterpartySurprise', knots: nats },
  { feature: 'hourSurprise', knots: steps(-2, 4, 0.5) },
  { feature: 'dormancySurprise', knots: nats },
  { feature: 'newCountry', knots: [0, 1] },
  { feature: 'newChannel', knots: [0, 1] },
  { feature: 'nearThresholdCount_24h', knots: counts },
  { feature: 'roundAmountCount_24h', knots: counts },
  { feature: 'equalAmountCount_24h', knots: counts },
  { feature: 'passThroughShare', knots: shares },
  { feature: 'historyState', knots: [0, 1, 2] },
  { feature: 'counterpartyFraudDays', knots: days },
  { feature: 'counterpartyLastFraudDays', knots: days },
  { feature: 'counterpartyLastGenuineDays', knots: days },
  { feature: 'counterpartyFraudShare', knots: [...shares.slice(0, -1), 0.999, 1] },
  { feature: 'counterpartyUnexplainedFrauds', knots: counts },
  { feature: 'counterpartyGenuineSince', knots: counts },
  { feature: 'accountLastFraudDays', knots: days },
  { feature: 'accountFrauds', knots: counts },
];

/**
 * Inputs that mean something else together than each alone: a report is worth more the longer a row it
 * stands in and the fresher that is, and a high amount more where the week had others, or peers don't move it.
 */
export const modelPairs: readonly (readonly [string, string])[] = [
  ['counterpartyUnexplainedFrauds', 'counterpartyFraudDays'],
  ['counterpartyFraudShare', 'counterpartyFraudDays'],
  ['counterpartyLastFraudDays', 'counterpartyFraudDays'],
  ['amountRobustZ', 'peakOverTypical_7d'],
  ['amountRobustZ', 'amountPeerZ'],
];

const riskFeatures: ReadonlySet<string> = new Set(riskFeatureNames);

/** The features among them that come from reports about others, not from the account's own behaviour. */
export const isRiskInput = (feature: string): boolean => riskFeatures.has(feature);
