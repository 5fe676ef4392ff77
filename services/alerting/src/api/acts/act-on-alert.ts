import type { ApiCaller } from '@weir/access';
import { act, type Act, type Alert, type AlertChange } from '@weir/alerts';
import {
  encodePayload,
  events,
  formatInstant,
  outcomeId,
  outcomePartition,
  streams,
  type AlertActRequest,
} from '@weir/contracts';
import type { OutgoingEvent } from '../../store/outbox-records.ts';
import type { ApiPorts } from '../api-ports.ts';
import { refused } from '../api-refused.ts';
import { auditOf } from '../audit-act.ts';
import { actorOf } from '../caller.ts';
import { changeAlert, type Change, type FoundAlert } from '../change-alert.ts';

const outcomePartitions = Number(streams.outcomes.partitions);

/** What somebody does about an alert. Said again it changes nothing more. */
export const actOnAlert = (
  ports: ApiPorts,
  caller: ApiCaller,
  id: string,
  asked: AlertActRequest,
): Promise<Change<undefined>> =>
  changeAlert(ports, caller, id, async (found, nowMs) => {
    const acted = act(found.alert, toAct(asked), actorOf(caller), nowMs);
    if (!acted.ok) return refused(acted.problem);
    const { alert, change } = acted;
    if (change === undefined) return { kind: 'unchanged', answer: undefined };
    return {
      kind: 'changed',
      answer: undefined,
      revisions: [{ alert, change }],
      reason: asked.reason,
      events: [
        auditOf(ports, caller, auditedChange(alert, change), nowMs),
        ...(alert.state === 'closed' ? outcomeReports(found, alert, nowMs) : []),
      ],
    };
  });

function toAct(asked: AlertActRequest): Act {
  switch (asked.act) {
    case 'acknowledge':
    case 'investigate':
    case 'reopen':
      return { kind: asked.act };
    case 'snooze':
      return { kind: 'snooze', untilMs: Date.parse(asked.until) };
    case 'close':
      return { kind: 'close', outcome: asked.outcome };
  }
}

const auditedChange = (alert: Alert, change: AlertChange) => ({
  action: 'alert_changed' as const,
  subject: { kind: 'alert' as const, id: alert.alertId },
  details: {
    tenant: alert.tenant,
    act: change.action,
    from: change.from,
    to: change.to,
    revision: change.revision,
    ...(alert.outcome === null ? {} : { outcome: alert.outcome }),
    ...(alert.snoozedUntilMs === null ? {} : { until: formatInstant(alert.snoozedUntilMs) }),
  },
});

/** What each transaction of a closed alert turned out to be, for who learns from it. */
function outcomeReports({ details }: FoundAlert, alert: Alert, nowMs: number): readonly OutgoingEvent[] {
  if (details.kind === 'refused_record' || alert.outcome === null || alert.handledBy === null) return [];
  const outcome = alert.outcome === 'true_positive' ? 'fraud' : 'genuine';
  const reportedAt = formatInstant(nowMs);
  const reportedBy = alert.handledBy;
  const { type, dataSchema } = events.outcome;
  return details.transactions.map(({ identity: transaction }) => ({
    stream: 'outcomes',
    partition: outcomePartition(transaction, outcomePartitions),
    event: {
      key: transaction,
      id: outcomeId({ transaction, outcome, reportedAt }),
      type,
      dataSchema,
      time: reportedAt,
      tenant: alert.tenant,
      plaintext: encodePayload(events.outcome, {
        transaction,
        outcome,
        reportedAt,
        reportedBy,
        source: 'analyst',
      }),
    },
  }));
}
