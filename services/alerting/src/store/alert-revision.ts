import { formatInstant } from '@weir/contracts';
import type { Alert as AlertRevision } from '@weir/contracts';
import type { Alert, AlertChange } from '@weir/alerts';
import type { AlertDetails } from './alert-details.ts';

/** An alert as it stands after a change: everything that its revision on alerts.v1 says. */
export type RevisedAlert = {
  readonly alert: Alert;
  readonly details: AlertDetails;
  /** What made the revision; undefined where nothing is known of it any more. */
  readonly change: AlertChange | undefined;
  /** Why, as its author wrote it. */
  readonly reason?: string;
};

/** The revision as alerts.v1 has it. Pure: the same alert and change give the same bytes. */
export function alertRevision(revised: RevisedAlert): AlertRevision {
  const { alert, details } = revised;
  if (details.kind === 'refused_record') {
    const [first] = details.records;
    if (alert.code === null || first === undefined)
      throw new RangeError(`alert ${alert.alertId} is about a refused record and names none`);
    return {
      kind: 'refused_record',
      ...courseOf(revised),
      code: alert.code,
      ...first,
      records: details.records,
    };
  }
  const [first] = details.transactions;
  if (alert.account === null || alert.verdict === null || first === undefined)
    throw new RangeError(`alert ${alert.alertId} is about transactions and names none`);
  return {
    kind: 'unusual_transactions',
    ...courseOf(revised),
    tenant: alert.tenant,
    accountPseudonym: alert.account,
    transactionIds: details.transactions.map(({ transactionId }) => transactionId),
    entries: details.transactions.map(({ transactionId: _, ...entry }) => entry),
    totals: alert.totals.map((total) => ({ ...total })),
    verdict: alert.verdict,
    score: alert.score,
    reasons: details.reasons,
    firstEventTime: formatInstant(alert.firstEventAtMs),
    sourcePartition: first.sourcePartition,
    sourceOffset: first.sourceOffset,
  };
}

function courseOf({ alert, change, reason }: RevisedAlert) {
  return {
    alertId: alert.alertId,
    revision: alert.revision,
    severity: alert.severity,
    state: alert.state,
    ...(alert.snoozedUntilMs === null ? {} : { snoozedUntil: formatInstant(alert.snoozedUntilMs) }),
    ...(alert.handledBy === null ? {} : { handledBy: alert.handledBy }),
    ...(alert.outcome === null ? {} : { outcome: alert.outcome }),
    ...(alert.caseId === null ? {} : { caseId: alert.caseId }),
    entryCount: alert.transactions,
    heldCount: alert.held,
    releasedCount: alert.released,
    lastEventTime: formatInstant(alert.lastEventAtMs),
    episodeEnded: alert.episodeEndedAtMs !== null,
    ...(change === undefined
      ? {}
      : {
          change: {
            at: formatInstant(change.atMs),
            by: change.actor.name,
            action: change.action,
            ...(reason === undefined ? {} : { reason }),
            ...(change.entryId === null ? {} : { entry: change.entryId }),
          },
        }),
  };
}
