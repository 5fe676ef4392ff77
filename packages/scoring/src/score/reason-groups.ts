import type { Evidence, Reason } from '@weir/contracts';

type Contributions = NonNullable<Evidence['contributions']>;

/** The reasons a score may have, as people who look into fraud name them, and the features that speak of each. */
const groupPatterns: readonly (readonly [group: string, features: RegExp])[] = [
  ['unusual_amount', /^(?:amount|peakOverTypical)/],
  ['velocity_surprise', /^(?:velocity|count_)/],
  ['daily_sum_surprise', /^(?:daySum|restOfDay|sumMinor)/],
  ['counterparty_risk', /^counterparty(?:Fraud|Last|Unexplained|Genuine)/],
  ['account_risk', /^account(?:Fraud|Last)/],
  ['new_counterparty', /^(?:counterpartySurprise|newCounterparty|distinct)/],
  ['new_country', /^newCountry$/],
  ['new_channel', /^newChannel$/],
  ['unusual_hour', /^hourSurprise$/],
  ['dormant_woke', /^(?:dormancy|hoursSince)/],
  ['structuring_amounts', /^nearThreshold/],
  ['pass_through', /^passThrough/],
  ['round_amounts', /^(?:round|equal)/],
  ['short_history', /^history/],
];

const groupOf = (feature: string): string | undefined =>
  groupPatterns.find(([, features]) => features.test(feature))?.[0];

/** Below this a reason says too little to be shown. */
const leastShown = 0.01;

/** From how much of a score on a reason is called high, and medium. */
const highFrom = 0.3;
const mediumFrom = 0.1;

/**
 * The reasons for a score, the largest first: contributions of one group together, where they speak for
 * holding. Of equal ones the first in the alphabet comes first.
 */
export function reasonsOf({ features }: Contributions): readonly Reason[] {
  const groups = new Map<string, { contribution: number; features: string[] }>();
  for (const { feature, contribution } of features) {
    const group = groupOf(feature);
    if (group === undefined) continue;
    const known = groups.get(group) ?? { contribution: 0, features: [] };
    known.contribution += contribution;
    if (contribution > 0) known.features.push(feature);
    groups.set(group, known);
  }
  return Array.from(groups, ([rule, { contribution, features: speaking }]) => {
    const inMillionths = Math.round(contribution * 1e6) / 1e6;
    return {
      rule,
      severity: severityOf(inMillionths),
      contribution: Math.min(1, inMillionths),
      features: speaking,
    };
  })
    .filter(({ contribution }) => contribution >= leastShown)
    .sort((one, other) => other.contribution - one.contribution || (one.rule < other.rule ? -1 : 1));
}

const severityOf = (contribution: number): Reason['severity'] =>
  contribution >= highFrom ? 'high' : contribution >= mediumFrom ? 'medium' : 'low';
