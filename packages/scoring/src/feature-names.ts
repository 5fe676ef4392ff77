import { defaultWindowPlan, type WindowPlan } from '@weir/windows';

/** The features under a window plan, in the order they are computed, journalled and shown in. */
export function featureNamesOf(plan: WindowPlan): readonly string[] {
  const spans = plan.spans.map((span) => span.name);
  return [
    ...spans.map((span) => `count_${span}`),
    ...spans.map((span) => `sumMinor_${span}`),
    ...spans.map((span) => `distinctCounterparties_${span}`),
    'amountMinor',
    'historyCount',
    'amountLogZ',
    'amountOverTypical',
    ...spans.slice(0, -1).map((span) => `velocityRatio_${span}`),
    'newCounterparty',
    'nearThresholdCount_24h',
    'hoursSinceLast',
  ];
}

/** The features under the default window plan: what a ruleset may name. */
export const featureNames: readonly string[] = featureNamesOf(defaultWindowPlan);
