import type { Reason } from '@weir/contracts';
import { roundMicro } from '../round-micro.ts';
import type { Contributions } from './scorer.ts';

/** A reason a score may have, as people who look into fraud name it, and the features that speak of it. */
type ScoreReason = { readonly id: string; readonly title: string; readonly features: RegExp };

/**
 * All of them. How much of a history there was is none: it changes what others are worth, and says nothing
 * of a transaction.
 */
const scoreReasons: readonly ScoreReason[] = [
  { id: 'unusual_amount', title: 'Unusual amount', features: /^(?:amount|peakOverTypical)/ },
  { id: 'velocity_surprise', title: 'Burst of transactions', features: /^(?:velocity|count_)/ },
  { id: 'daily_sum_surprise', title: 'Unusual sum of a day', features: /^(?:daySum|restOfDay|sumMinor)/ },
  {
    id: 'counterparty_risk',
    title: 'Counterparty of frauds',
    features: /^counterparty(?:Fraud|Last|Unexplained|Genuine)/,
  },
  { id: 'account_risk', title: 'Account with frauds', features: /^account(?:Fraud|Last)/ },
  {
    id: 'new_counterparty',
    title: 'New counterparty',
    features: /^(?:counterpartySurprise|newCounterparty|distinct)/,
  },
  { id: 'new_country', title: 'New country', features: /^newCountry$/ },
  { id: 'new_channel', title: 'New channel', features: /^newChannel$/ },
  { id: 'unusual_hour', title: 'Unusual hour', features: /^hourSurprise$/ },
  { id: 'dormant_woke', title: 'Dormant account', features: /^(?:dormancy|hoursSince)/ },
  {
    id: 'structuring_amounts',
    title: 'Amounts just below a reporting threshold',
    features: /^nearThreshold/,
  },
  { id: 'pass_through', title: 'Money passed on', features: /^passThrough/ },
  { id: 'round_amounts', title: 'Repeated amounts', features: /^(?:round|equal)/ },
  { id: 'team_model', title: 'Your own model', features: /^teamScore$/ },
];

/** The title of a reason, or undefined for one that this release doesn't know. */
export const titleOfScoreReason = (id: string): string | undefined =>
  scoreReasons.find((reason) => reason.id === id)?.title;

const groupOf = (feature: string): string | undefined =>
  scoreReasons.find(({ features }) => features.test(feature))?.id;

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
    const inMillionths = roundMicro(contribution);
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
