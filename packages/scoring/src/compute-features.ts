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
 * featureCatalogue says what each of them is, and what it reaches back over.
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
