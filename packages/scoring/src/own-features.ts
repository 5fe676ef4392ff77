import type { FeatureValues } from '@weir/contracts';
import {
  longestSpanMs,
  type AccountHistory,
  type Activity,
  type WindowPlan,
  type WindowRecord,
} from '@weir/windows';
import { historyStateFeature } from './history-state.ts';
import { isNew } from './is-new.ts';
import { amountRobustZ, counterpartySurprise, typicalMinor } from './own-amount.ts';
import { daySumSurprise } from './own-days.ts';
import { amountPeerZ, peakOverTypical, restOfDayZ } from './own-bursts.ts';
import { hourSurprise } from './own-hours.ts';
import { dormancySurprise, velocitySurprise } from './own-pace.ts';
import type { PeerGroup } from './peer-group.ts';
import { roundUnitMinor, type ReportingThresholds } from './reporting-threshold.ts';
import { roundMicro } from './round-micro.ts';
import { queryOf, type SpanAggregate } from './span-aggregates.ts';

const dayMs = 86_400_000;

/** A transaction, its account's history, and what has been worked out about them already. */
export type OwnSubject = {
  readonly record: WindowRecord;
  readonly history: AccountHistory;
  readonly plan: WindowPlan;
  readonly spans: readonly SpanAggregate[];
  readonly thresholds: ReportingThresholds;
  readonly peers: PeerGroup | undefined;
};

/** Adds the features that compare a transaction with what its account itself does. featureCatalogue defines each. */
export function ownFeatures(features: FeatureValues, subject: OwnSubject): void {
  const { record, history, plan, spans, thresholds, peers } = subject;
  const { eventTimeMs: atMs, amountMinor } = record;
  const activity = history.activity(queryOf(record), {
    spanMs: Math.min(dayMs, longestSpanMs(plan)),
    amountMinor,
    unitMinor: roundUnitMinor(thresholds, record.currency),
  });
  const typical = typicalMinor(activity, peers);
  features['historyState'] = historyStateFeature(activity.count);
  features['amountRobustZ'] = roundMicro(amountRobustZ(amountMinor, activity, peers));
  for (const { span, aggregate } of spans.slice(0, -1)) {
    const burst = { atMs, spanMs: span.spanMs, count: aggregate.count };
    features[span.velocitySurprise] = roundMicro(velocitySurprise(burst, activity, peers));
  }
  features['daySumSurprise'] = roundMicro(daySumSurprise(amountMinor, typical, activity, peers));
  features['counterpartySurprise'] = counterpartyFeature(features['newCounterparty'] ?? null, spans);
  features['newCountry'] =
    record.country === '' ? null : isNew(history, { kind: 'country', country: record.country }, atMs);
  features['newChannel'] =
    record.channel === 0 ? null : isNew(history, { kind: 'channel', channel: record.channel }, atMs);
  features['hourSurprise'] = roundMicro(hourSurprise(atMs, activity.countsByHour));
  features['dormancySurprise'] = roundMicro(dormancySurprise(atMs, activity));
  passThrough(features, record, activity);
  const isRound = amountMinor % roundUnitMinor(thresholds, record.currency) === 0;
  features['roundAmountCount_24h'] = isRound ? 1 + activity.recentRound : 0;
  features['equalAmountCount_24h'] = 1 + activity.recentEqual;
  const peerZ = amountPeerZ(amountMinor, peers);
  features['amountPeerZ'] = peerZ === null ? null : roundMicro(peerZ);
  features['restOfDayZ'] = roundMicro(restOfDayZ(amountMinor, largestOfDay(spans), typical, activity));
  for (const { span, aggregate } of spans.slice(0, -1))
    features[span.peakOverTypical] = roundMicro(peakOverTypical(aggregate.maxMinor, typical));
}

/** Of the longest span up to 24 hours. A plan without one that long has no longer day than that. */
function largestOfDay(spans: readonly SpanAggregate[]): number {
  let largestMinor = 0;
  for (const { span, aggregate } of spans)
    if (span.spanMs <= dayMs) largestMinor = Math.max(largestMinor, aggregate.maxMinor);
  return largestMinor;
}

function counterpartyFeature(isNewOne: number | null, spans: readonly SpanAggregate[]): number | null {
  const longest = spans.at(-1)?.aggregate;
  if (isNewOne === null || longest === undefined) return null;
  return roundMicro(counterpartySurprise(isNewOne === 1, longest.distinctCounterparties, longest.count));
}

/** What comes in passes nothing through; what goes out does as far as it is matched by what came in. */
function passThrough(features: FeatureValues, record: WindowRecord, activity: Activity): void {
  const cameInMinor = record.creditDebitIndicator === 'DBIT' ? activity.recentOppositeSumMinor : 0;
  const matchedMinor = Math.min(cameInMinor, activity.recentSumMinor + record.amountMinor);
  features['passThroughShare'] = cameInMinor === 0 ? 0 : roundMicro(matchedMinor / cameInMinor);
  features['passThroughMinor'] = matchedMinor;
}
