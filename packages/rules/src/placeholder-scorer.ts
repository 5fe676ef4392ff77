import type { FeatureValues, ModelSnapshot, Reason } from '@weir/contracts';
import { exp } from '@weir/windows';
import type { Contributions, Scorer } from './scorer.ts';

const micro = 1_000_000;

/** So many log-odds an account's transaction starts with, before anything is known of it. */
const baseLogOdds = -6;

type Weighed = {
  readonly group: string;
  readonly feature: string;
  readonly logOdds: (value: number) => number;
};

const weighed: readonly Weighed[] = [
  { group: 'unusual_amount', feature: 'amountLogZ', logOdds: (z) => clamp(1.6 * z, -1, 8) },
  { group: 'velocity_surprise', feature: 'velocityRatio_1h', logOdds: (ratio) => clamp(ratio - 1.5, -1, 8) },
  { group: 'new_counterparty', feature: 'newCounterparty', logOdds: (isNew) => (isNew === 1 ? 1 : -0.25) },
];

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

const microOf = (logOdds: number): number => Math.round(micro / (1 + exp(-logOdds)));

/** A plain logistic of a few features. It knows no snapshot. */
export function createScorer(_snapshot?: ModelSnapshot): Scorer {
  const logOddsOf = ({ feature, logOdds }: Weighed, features: FeatureValues): number => {
    const value = features[feature];
    return value === null || value === undefined ? 0 : logOdds(value);
  };
  return {
    peers: () => undefined,
    features: (features) => features,
    score: (features) => ({
      score: microOf(weighed.reduce((sum, one) => sum + logOddsOf(one, features), baseLogOdds)) / micro,
    }),
    explain: (features) => {
      let sum = baseLogOdds;
      let before = microOf(sum);
      const base = before / micro;
      const parts = weighed.map((one) => {
        sum += logOddsOf(one, features);
        const now = microOf(sum);
        const contribution = (now - before) / micro;
        before = now;
        return { feature: one.feature, contribution };
      });
      return { base, features: parts };
    },
    reasons: (_features, contributions) => reasonsOf(contributions),
  };
}

const reasonsOf = ({ features }: Contributions): readonly Reason[] =>
  weighed
    .flatMap(({ group, feature }): Reason[] => {
      const contribution = features.find((one) => one.feature === feature)?.contribution ?? 0;
      return contribution > 0 ? [{ rule: group, severity: 'high', contribution, features: [feature] }] : [];
    })
    .sort((one, other) => other.contribution - one.contribution);
