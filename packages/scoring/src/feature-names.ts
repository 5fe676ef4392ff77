import type { FeatureValues } from '@weir/contracts';
import { riskFeatureNames } from './risk/risk-features.ts';
import { defaultWindowPlan, type WindowPlan, type WindowSpan } from '@weir/windows';

/** One span of a plan with the names of the features that are computed over it. */
export type SpanFeatures = WindowSpan & {
  readonly count: string;
  readonly sumMinor: string;
  readonly distinctCounterparties: string;
  /** Both of every span but the longest, which they are measured against. */
  readonly velocityRatio: string;
  readonly velocitySurprise: string;
  readonly peakOverTypical: string;
};

/** Names by plan, put together once: making them anew for each transaction took longer than its windows. */
const namesByPlan = new WeakMap<WindowPlan, readonly SpanFeatures[]>();

/** The spans of a plan in ascending order, with the names of their features. */
export function spanFeaturesOf(plan: WindowPlan): readonly SpanFeatures[] {
  const known = namesByPlan.get(plan);
  if (known !== undefined) return known;
  const spans = plan.spans.map((span) => ({
    ...span,
    count: `count_${span.name}`,
    sumMinor: `sumMinor_${span.name}`,
    distinctCounterparties: `distinctCounterparties_${span.name}`,
    velocityRatio: `velocityRatio_${span.name}`,
    velocitySurprise: `velocitySurprise_${span.name}`,
    peakOverTypical: `peakOverTypical_${span.name}`,
  }));
  namesByPlan.set(plan, spans);
  return spans;
}

/** The features under a window plan, in the order they are computed, journalled and shown in. */
export function featureNamesOf(plan: WindowPlan): readonly string[] {
  const spans = spanFeaturesOf(plan);
  return [
    ...spans.map((span) => span.count),
    ...spans.map((span) => span.sumMinor),
    ...spans.map((span) => span.distinctCounterparties),
    'amountMinor',
    'historyCount',
    'amountLogZ',
    'amountOverTypical',
    ...spans.slice(0, -1).map((span) => span.velocityRatio),
    'newCounterparty',
    'nearThresholdCount_24h',
    'hoursSinceLast',
    'historyState',
    'amountRobustZ',
    ...spans.slice(0, -1).map((span) => span.velocitySurprise),
    'daySumSurprise',
    'counterpartySurprise',
    'newCountry',
    'newChannel',
    'hourSurprise',
    'dormancySurprise',
    'passThroughShare',
    'passThroughMinor',
    'roundAmountCount_24h',
    'equalAmountCount_24h',
    'amountPeerZ',
    'restOfDayZ',
    ...spans.slice(0, -1).map((span) => span.peakOverTypical),
    ...riskFeatureNames,
  ];
}

/** The features under the default window plan: what a ruleset may name. */
export const featureNames: readonly string[] = featureNamesOf(defaultWindowPlan);

const blanksByPlan = new WeakMap<WindowPlan, FeatureValues>();

/**
 * All features of a plan in their order, without a value yet. Filling in a copy
 * saves each transaction a microsecond over adding one name after the other.
 */
export function blankFeatures(plan: WindowPlan): FeatureValues {
  let blank = blanksByPlan.get(plan);
  if (blank === undefined) {
    blank = Object.fromEntries(featureNamesOf(plan).map((name) => [name, null]));
    blanksByPlan.set(plan, blank);
  }
  return { ...blank };
}
