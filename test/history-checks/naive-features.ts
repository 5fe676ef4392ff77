import { naiveOwnFeatures } from './naive-own-features.ts';
import type { NaivePeers } from './naive-own-features.ts';
import { isVisible, latestObservation } from './naive-windows.ts';
import type { NaivePlan, NaiveRecord } from './naive-windows.ts';

/** What a verdict was made from, by name; null where a feature has no value. */
export type NaiveFeatures = Readonly<Record<string, number | null>>;

/** A transaction, all that its account did before it, and how many minor units of its currency make a major one. */
export type NaiveSubject = {
  readonly record: NaiveRecord;
  readonly before: readonly NaiveRecord[];
  readonly minorPerMajor: number;
  readonly peers?: NaivePeers | undefined;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const fewestToCompare = 10;
const leastSpreadMilli = 250;

/**
 * Every feature of a transaction over its account's earlier records, each by its
 * definition and by looking at every one of them. Windows are `(t − span, t]` by
 * event time, of the same currency and direction unless said otherwise. Features
 * that aren't whole numbers are not rounded.
 */
export function naiveFeatures(
  { record, before, minorPerMajor, peers }: NaiveSubject,
  plan: NaivePlan,
): NaiveFeatures {
  const latestObservedSeconds = latestObservation(before);
  const visible = before.filter(
    (one) => one.eventTimeMs <= record.eventTimeMs && isVisible(one, latestObservedSeconds, plan),
  );
  const within = (spanMs: number): NaiveRecord[] =>
    visible.filter(({ eventTimeMs }) => eventTimeMs > record.eventTimeMs - spanMs);
  const alikeWithin = (spanMs: number): NaiveRecord[] =>
    within(spanMs).filter(
      ({ currency, creditDebitIndicator }) =>
        currency === record.currency && creditDebitIndicator === record.creditDebitIndicator,
    );
  const longestMs = Math.max(...plan.spans.map(({ spanMs }) => spanMs));
  const longest = alikeWithin(longestMs);
  const features: Record<string, number | null> = {};
  for (const { name, spanMs } of plan.spans) {
    const alike = alikeWithin(spanMs);
    features[`count_${name}`] = alike.length;
    features[`sumMinor_${name}`] = alike.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    features[`distinctCounterparties_${name}`] = counterpartiesOf(alike).size;
    if (spanMs === longestMs) continue;
    const expected = longest.length * (spanMs / longestMs);
    features[`velocityRatio_${name}`] =
      longest.length < fewestToCompare ? null : (1 + alike.length) / (1 + expected);
  }
  return {
    ...features,
    amountMinor: record.amountMinor,
    historyCount: longest.length,
    ...amountFeatures(record, longest),
    newCounterparty:
      record.counterparty === ''
        ? null
        : counterpartiesOf(within(longestMs)).has(record.counterparty)
          ? 0
          : 1,
    nearThresholdCount_24h: nearThreshold(record, alikeWithin(Math.min(dayMs, longestMs)), minorPerMajor),
    hoursSinceLast:
      visible.length === 0
        ? null
        : (record.eventTimeMs - Math.max(...visible.map(({ eventTimeMs }) => eventTimeMs))) / hourMs,
    ...nothingReported,
    ...naiveOwnFeatures({
      record,
      seen: visible,
      plan,
      peers,
      roundMinor: thresholdMinor(record, minorPerMajor) / 100,
    }),
  };
}

/** What outcomes say of others: nothing where nobody has reported a fraud. */
const nothingReported: NaiveFeatures = {
  counterpartyFraudDays: null,
  counterpartyLastFraudDays: null,
  counterpartyLastGenuineDays: null,
  counterpartyFraudShare: null,
  counterpartyUnexplainedFrauds: null,
  counterpartyGenuineSince: null,
  accountLastFraudDays: null,
  accountFrauds: null,
};

const counterpartiesOf = (records: readonly NaiveRecord[]): Set<string> =>
  new Set(records.map(({ counterparty }) => counterparty).filter((counterparty) => counterparty !== ''));

/** Thousandths of the natural logarithm, whole. */
const logMilli = (amountMinor: number): number => Math.floor(1000 * Math.log(1 + amountMinor) + 0.5);

/** The amount against the account's usual ones: sums and squares are whole numbers of any size. */
function amountFeatures({ amountMinor }: NaiveRecord, longest: readonly NaiveRecord[]): NaiveFeatures {
  const logs = longest.map((one) => BigInt(logMilli(one.amountMinor)));
  const count = BigInt(logs.length);
  const sum = logs.reduce((total, log) => total + log, 0n);
  const squares = logs.reduce((total, log) => total + log * log, 0n);
  const meanMilli = Number(sum) / logs.length;
  const typicalMinor = Math.max(1, Math.exp(meanMilli / 1000) - 1);
  const variance = Number(count * squares - sum * sum) / Number(count * (count - 1n));
  const spreadMilli = Math.max(leastSpreadMilli, Math.sqrt(variance));
  return {
    amountLogZ: logs.length < fewestToCompare ? null : (logMilli(amountMinor) - meanMilli) / spreadMilli,
    amountOverTypical: logs.length === 0 ? null : amountMinor / typicalMinor,
  };
}

/** Major units from which a payment is reported, by numeric code, and of all other currencies. */
const reportedFrom: Readonly<Record<number, number>> = { 392: 2_000_000 };
const otherwiseReportedFrom = 10_000;

const thresholdMinor = ({ currency }: NaiveRecord, minorPerMajor: number): number =>
  (reportedFrom[currency] ?? otherwiseReportedFrom) * minorPerMajor;

/** How many lie within 15 % below the threshold of reporting, this one with them; 0 where this one doesn't. */
function nearThreshold(record: NaiveRecord, alike: readonly NaiveRecord[], minorPerMajor: number): number {
  const threshold = thresholdMinor(record, minorPerMajor);
  const isNear = ({ amountMinor }: NaiveRecord): boolean =>
    amountMinor < threshold && amountMinor >= Math.round((threshold * 85) / 100);
  return isNear(record) ? 1 + alike.filter(isNear).length : 0;
}

/** Of the features that are no whole numbers, so much may be lost in rounding. */
const roundingError = 1.5e-6;
const relativeError = 1e-12;

const isWhole = (name: string): boolean =>
  !/^(amountLogZ|amountOverTypical|velocityRatio_.*|hoursSinceLast|.*Z|.*Surprise(_.*)?|passThroughShare|peakOverTypical_.*)$/.test(
    name,
  );

/** Whether a verdict says the same of a feature: to the last digit where it is a whole number. */
export function isSameFeature(
  name: string,
  judged: number | null | undefined,
  expected: number | null | undefined,
): boolean {
  if (typeof judged !== 'number' || typeof expected !== 'number' || isWhole(name)) return judged === expected;
  return Math.abs(judged - expected) <= roundingError + relativeError * Math.abs(expected);
}
