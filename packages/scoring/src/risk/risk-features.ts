import type { FeatureValues } from '@weir/contracts';
import { roundMicro } from '../round-micro.ts';
import type { RiskEntry } from './risk-entry.ts';

/** The features that come from what was reported of others, in the order they are journalled and shown in. */
export const riskFeatureNames = [
  'counterpartyFraudDays',
  'counterpartyLastFraudDays',
  'counterpartyLastGenuineDays',
  'counterpartyFraudShare',
  'counterpartyUnexplainedFrauds',
  'counterpartyGenuineSince',
  'accountLastFraudDays',
  'accountFrauds',
] as const;

const dayMs = 86_400_000;

const daysSince = (thenMs: number, atMs: number): number => roundMicro(Math.max(0, atMs - thenMs) / dayMs);

/**
 * Adds what is known of a counterparty and an account at an event time; all of it is null of those
 * nobody reported a fraud of. Whoever made the entries saw to it that none of them knows a
 * transaction newer than the delay of outcomes. featureCatalogue says what each feature is.
 */
export function addRiskFeatures(
  features: FeatureValues,
  counterparty: RiskEntry | undefined,
  account: RiskEntry | undefined,
  atMs: number,
): FeatureValues {
  const seen = counterparty;
  features['counterpartyFraudDays'] = seen === undefined ? null : daysSince(seen.firstMs, atMs);
  features['counterpartyLastFraudDays'] = seen === undefined ? null : daysSince(seen.lastMs, atMs);
  features['counterpartyLastGenuineDays'] =
    seen === undefined || seen.genuineMs === 0 ? null : daysSince(seen.genuineMs, atMs);
  features['counterpartyFraudShare'] =
    seen === undefined ? null : roundMicro(Math.min(1, seen.frauds / Math.max(1, seen.transactions)));
  features['counterpartyUnexplainedFrauds'] = seen === undefined ? null : roundMicro(seen.unexplained);
  features['counterpartyGenuineSince'] = seen === undefined ? null : seen.genuineSince;
  features['accountLastFraudDays'] = account === undefined ? null : daysSince(account.lastMs, atMs);
  features['accountFrauds'] = account === undefined ? null : account.frauds;
  return features;
}
