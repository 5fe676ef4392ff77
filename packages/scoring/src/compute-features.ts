import type { FeatureValues } from '@weir/contracts';
import {
  exp,
  logMilli,
  longestSpanMs,
  type AccountHistory,
  type WindowAggregate,
  type WindowPlan,
  type WindowRecord,
} from '@weir/windows';
import { amountProfile, minimumHistory } from './amount-profile.ts';
import { blankFeatures } from './feature-names.ts';
import { isNew } from './is-new.ts';
import { ownFeatures } from './own-features.ts';
import type { PeerGroup } from './peer-group.ts';
import {
  defaultReportingThresholds,
  reportingBand,
  type ReportingThresholds,
} from './reporting-threshold.ts';
import { roundMicro } from './round-micro.ts';
import { queryOf, spanAggregates, type SpanAggregate } from './span-aggregates.ts';

/** One transaction to be scored, with what its account did before it. */
export type ScoringInput = {
  readonly record: WindowRecord;
  /** The account's records with offsets smaller than the record's: it must not hold the record itself. */
  readonly history: AccountHistory;
  readonly plan: WindowPlan;
};

export type FeatureOptions = {
  /** Where payments have to be reported; the defaults otherwise. */
  readonly thresholds?: ReportingThresholds;
  /** What accounts do in the record's currency and direction; an account without a history is otherwise not compared. */
  readonly peers?: PeerGroup;
};

/**
 * Computes every feature of one transaction, in the order of featureNamesOf.
 * A pure function of the record and its account's earlier records: the same
 * input gives the same bits on every machine. Values are finite and rounded to
 * 10^-6, or null where the feature has no value.
 *
 * Windows reach back from the record's event time, `(t − span, t]`, over the
 * account's transactions in the same currency and direction unless said
 * otherwise. L is the plan's longest span, s each of its spans.
 *
 * | feature                    | definition                                                              | unit        | null when |
 * | count_s                    | transactions in s                                                       | count       | never |
 * | sumMinor_s                 | their amounts together                                                  | minor units | never |
 * | distinctCounterparties_s   | different counterparties among them                                     | count       | never |
 * | amountMinor                | this amount                                                             | minor units | never |
 * | historyCount               | transactions in L, under a name that doesn't depend on the plan         | count       | never |
 * | amountLogZ                 | (ln(1+amount) − mean) / spread, both over the log amounts in L; the spread is at least minimumSpreadMilli | standard deviations | fewer than minimumHistory in L |
 * | amountOverTypical          | this amount / (exp(mean) − 1), the geometric mean of the amounts in L   | ratio       | none in L |
 * | velocityRatio_s, s < L     | (1 + count_s) / (1 + count_L · s/L): how many there are with this one, against what the rate over L leads to expect; the ones damp the ratio of quiet accounts | ratio | fewer than minimumHistory in L |
 * | newCounterparty            | 1 if the counterparty didn't occur in L, in any currency and direction, else 0 | 0 or 1 | no counterparty |
 * | nearThresholdCount_24h     | if this amount lies in the band just below the reporting threshold: how many do within 24 h (within L where that is shorter), with this one; else 0 | count | never |
 * | hoursSinceLast             | since the account's latest transaction in any currency and direction    | hours       | none is visible |
 * | historyState               | 0 cold: none in L; 1 short: fewer than settledHistory; 2 settled       | 0, 1 or 2   | never |
 * | amountRobustZ              | (ln(1+amount) − median) / (1.4826·MAD) over the log amounts in L, both drawn to the peers' while the history is short; 0 without history and peers | robust standard deviations, bounded | never |
 * | velocitySurprise_s, s < L  | −ln P(as many in s or more) at the account's own rate before s           | nats, bounded | never |
 * | daySumSurprise             | −ln P(as much within 24 h or more, with this one) given the account's days in L | nats, bounded | never |
 * | counterpartySurprise       | if the counterparty is new: −ln of the share of new ones among the account's transactions in L; else 0 | nats | no counterparty |
 * | newCountry, newChannel     | 1 if it didn't occur in L, in any currency and direction, else 0         | 0 or 1      | not given |
 * | hourSurprise               | −ln of the probability of this hour (UTC) among the account's in L, relative to 1/24 | nats | never |
 * | dormancySurprise           | −ln P(a gap as long or longer), from the last one in L, against the account's usual gap | nats, bounded | never |
 * | passThroughShare           | of what came in within 24 h, the share that goes out again within the same 24 h, with this one; 0 for incoming ones | 0 to 1 | never |
 * | passThroughMinor           | that share of it as an amount                                            | minor units | never |
 * | roundAmountCount_24h       | if this amount is round, a multiple of a hundredth of the reporting threshold: how many within 24 h are, with this one; else 0 | count | never |
 * | equalAmountCount_24h       | how many within 24 h have this very amount, with this one                | count       | never |
 * | amountPeerZ                | (ln(1+amount) − peers' mean) / peers' spread                             | standard deviations | no peers |
 * | restOfDayZ                 | what moved within 24 h besides the largest amount, with this one, less the account's daily mean, over the root mean square of its days | root mean squares, bounded | never |
 * | peakOverTypical_s, s < L   | ln of the largest amount in s over the median amount in L                | nats        | never |
 *
 * 24 h are L where that is shorter. Bounded is what boundedSurprise makes of a
 * value. Sources: amountRobustZ Hampel 1974; velocitySurprise_s Gelman et al.,
 * Bayesian Data Analysis, section 2.6; daySumSurprise Dubey 1970;
 * counterpartySurprise Witten and Bell 1991; hourSurprise Mardia and Jupp 2000;
 * dormancySurprise Lomax 1954; nearThresholdCount_24h 31 CFR 1010.314
 * (structuring); passThrough and repeated amounts FFIEC BSA/AML Examination
 * Manual, appendix F (red flags: deposits followed shortly by transfers, large
 * round amounts). Each function's docstring has its formula and its priors.
 *
 * Throws only where the record breaks its own contract (a currency that no
 * money has), which ingest never lets through.
 */
export function computeFeatures(
  { record, history, plan }: ScoringInput,
  { thresholds = defaultReportingThresholds, peers }: FeatureOptions = {},
): FeatureValues {
  const { spans, longest } = spanAggregates(record, history, plan);
  // Filled one name after the other: every transaction pays for each object in between.
  const features = blankFeatures(plan);
  for (const { span, aggregate } of spans) features[span.count] = aggregate.count;
  for (const { span, aggregate } of spans) features[span.sumMinor] = Number(aggregate.sumMinor);
  for (const { span, aggregate } of spans)
    features[span.distinctCounterparties] = aggregate.distinctCounterparties;
  features['amountMinor'] = record.amountMinor;
  features['historyCount'] = longest.aggregate.count;
  features['amountLogZ'] = amountLogZ(record.amountMinor, longest.aggregate);
  features['amountOverTypical'] = amountOverTypical(record.amountMinor, longest.aggregate);
  for (const one of spans)
    if (one !== longest) features[one.span.velocityRatio] = velocityRatio(one, longest);
  features['newCounterparty'] = newCounterparty(record, history);
  features['nearThresholdCount_24h'] = nearThresholdCount({ record, history, plan }, thresholds);
  features['hoursSinceLast'] = hoursSinceLast(record, history);
  ownFeatures(features, { record, history, plan, spans, thresholds, peers });
  return features;
}

function amountLogZ(amountMinor: number, longest: WindowAggregate): number | null {
  const profile = amountProfile(longest);
  if (profile === null) return null;
  return roundMicro((logMilli(amountMinor) - profile.meanMilli) / profile.spreadMilli);
}

/** The typical amount is taken as at least one minor unit, so that the ratio stays finite. */
function amountOverTypical(amountMinor: number, longest: WindowAggregate): number | null {
  if (longest.count === 0) return null;
  const typicalMinor = Math.max(1, exp(longest.logSum / longest.count / 1000) - 1);
  return roundMicro(amountMinor / typicalMinor);
}

function velocityRatio({ span, aggregate }: SpanAggregate, longest: SpanAggregate): number | null {
  if (longest.aggregate.count < minimumHistory) return null;
  const expected = longest.aggregate.count * (span.spanMs / longest.span.spanMs);
  return roundMicro((1 + aggregate.count) / (1 + expected));
}

function newCounterparty(record: WindowRecord, history: AccountHistory): number | null {
  if (record.counterparty === '') return null;
  return isNew(history, { kind: 'counterparty', counterparty: record.counterparty }, record.eventTimeMs);
}

const dayMs = 86_400_000;

/** Amounts outside the band count nothing, so that a coffee bought after three near-threshold deposits is no finding. */
function nearThresholdCount(
  { record, history, plan }: ScoringInput,
  thresholds: ReportingThresholds,
): number {
  const { lowMinor, highMinor } = reportingBand(thresholds, record.currency);
  if (record.amountMinor < lowMinor || record.amountMinor >= highMinor) return 0;
  const spanMs = Math.min(dayMs, longestSpanMs(plan));
  return 1 + history.countAmountsBetween(queryOf(record), spanMs, lowMinor, highMinor);
}

function hoursSinceLast(record: WindowRecord, history: AccountHistory): number | null {
  const lastMs = history.lastMs(record.eventTimeMs);
  return lastMs === undefined ? null : roundMicro((record.eventTimeMs - lastMs) / 3_600_000);
}
