import type { Alert, DeliveryChannel, RejectionCode } from '@weir/contracts';
import { deliveryKeyOf, refusedAlertId, unusualAlertId } from './alert-ids.ts';
import type { TransactionFinding, RefusedFinding } from './read-record.ts';
import { gravestFirst } from './severity.ts';

/** What only somebody who writes to a topic or changes its records can have caused; the rest may be an accident. */
const deliberate: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'not_sealed',
  'key_not_allowed',
  'wrapped_key_invalid',
  'commitment_mismatch',
  'authentication_failed',
]);

/** The alert about a transaction, held or not, as severe as its gravest reason. The same finding gives the same alert. */
export function unusualAlert(
  { judged, account, identity }: TransactionFinding,
  channels: readonly DeliveryChannel[],
): Alert {
  const { transaction, verdict, sourcePartition, sourceOffset } = judged;
  const { tenant, transactionId, eventTime } = transaction;
  return {
    kind: 'unusual_transactions',
    ...revisionOf(unusualAlertId({ tenant, account, identity }), channels),
    // One without a reason is a fault somewhere, so it isn't played down.
    severity: gravestFirst(verdict.reasons)[0]?.severity ?? 'high',
    tenant,
    accountPseudonym: account,
    transactionIds: [transactionId],
    verdict: verdict.outcome,
    score: verdict.score,
    reasons: verdict.reasons,
    firstEventTime: eventTime,
    sourcePartition,
    sourceOffset,
  };
}

/** The alert about a refused record. The same finding gives the same alert. */
export function refusedAlert(
  { rejection, origin, time }: RefusedFinding,
  environment: string,
  channels: readonly DeliveryChannel[],
): Alert {
  return {
    kind: 'refused_record',
    ...revisionOf(refusedAlertId({ ...origin, environment, time }), channels),
    severity: deliberate.has(rejection.code) ? 'critical' : 'high',
    code: rejection.code,
    ...origin,
  };
}

/** Grouping makes later revisions; an alert about one transaction has this one only. */
function revisionOf(
  alertId: string,
  channels: readonly DeliveryChannel[],
): Pick<Alert, 'alertId' | 'revision' | 'deliveries'> {
  const revision = 1;
  return {
    alertId,
    revision,
    deliveries: channels.map((channel) => ({
      channel,
      deliveryKey: deliveryKeyOf({ alertId, revision }, channel),
    })),
  };
}
