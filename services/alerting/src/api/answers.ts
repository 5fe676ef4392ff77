import type { Alert, AlertCase, Delivery } from '@weir/alerts';
import type { ReleaseRequest, StoredEntry } from '@weir/alert-store';
import {
  deliveryChannels,
  formatInstant,
  type AlertAnswer,
  type AlertDetailAnswer,
  type AlertEntryAnswer,
  type CaseAnswer,
  type DeliveryAnswer,
  type SilenceAnswer,
} from '@weir/contracts';
import type { TellingSilence } from './acts/silences.ts';

const instantOrNull = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

/** An alert as callers see it; its sealed part stays where it is. */
export const alertAnswerOf = (alert: Alert): AlertAnswer => ({
  alertId: alert.alertId,
  revision: alert.revision,
  kind: alert.kind,
  tenant: alert.tenant,
  account: alert.account,
  severity: alert.severity,
  score: alert.score,
  verdict: alert.verdict,
  rules: [...alert.rules],
  counterparties: [...alert.counterparties],
  totals: alert.totals.map((total) => ({ ...total })),
  transactions: alert.transactions,
  held: alert.held,
  released: alert.released,
  firstEventAt: formatInstant(alert.firstEventAtMs),
  lastEventAt: formatInstant(alert.lastEventAtMs),
  openedAt: formatInstant(alert.openedAtMs),
  changedAt: formatInstant(alert.changedAtMs),
  episodeEndedAt: instantOrNull(alert.episodeEndedAtMs),
  state: alert.state,
  snoozedUntil: instantOrNull(alert.snoozedUntilMs),
  handledBy: alert.handledBy,
  outcome: alert.outcome,
  caseId: alert.caseId,
  code: alert.code,
  gravest: alert.gravest,
});

export const caseAnswerOf = (one: AlertCase): CaseAnswer => ({
  caseId: one.caseId,
  tenant: one.tenant,
  links: [...one.links],
  alerts: one.alerts,
  openedAt: formatInstant(one.openedAtMs),
  lastEventAt: formatInstant(one.lastEventAtMs),
  endedAt: instantOrNull(one.endedAtMs),
});

export const releaseAnswerOf = (request: ReleaseRequest): AlertDetailAnswer['releases'][number] => ({
  transaction: request.entryId,
  requestedBy: request.requestedBy,
  requestedAt: formatInstant(request.requestedAtMs),
  approvedBy: request.approvedBy,
  approvedAt: instantOrNull(request.approvedAtMs),
});

/** An entry with its evidence, still sealed. */
export const entryAnswerOf = ({ entry, record }: StoredEntry): AlertEntryAnswer => ({
  entryId: entry.entryId,
  ordinal: entry.ordinal,
  eventAt: formatInstant(entry.eventAtMs),
  severity: entry.severity,
  score: entry.score,
  rules: [...entry.rules],
  verdict: entry.verdict,
  amountMinor: entry.amountMinor,
  currency: entry.currency,
  creditDebitIndicator: entry.creditDebitIndicator,
  counterparty: entry.counterparty,
  kept: { ...entry.kept },
  release: entry.release,
  evidence:
    record === undefined
      ? null
      : {
          key: record.key,
          value: Buffer.from(record.value).toString('base64'),
          headers: { ...record.headers },
        },
});

const channelOf = (name: string): DeliveryAnswer['channel'] => {
  const channel = deliveryChannels.find((one) => one === name);
  if (channel === undefined) throw new Error('a delivery of an unknown channel');
  return channel;
};

export const deliveryAnswerOf = (delivery: Delivery): DeliveryAnswer => ({
  deliveryKey: delivery.deliveryKey,
  target: delivery.target,
  receiver: delivery.receiverId,
  channel: channelOf(delivery.channel),
  reason: delivery.reason,
  state: delivery.state,
  attempts: delivery.attempts,
  createdAt: formatInstant(delivery.createdAtMs),
  nextAt: delivery.state === 'due' ? formatInstant(delivery.nextAtMs) : null,
  settledAt: instantOrNull(delivery.settledAtMs),
  code: delivery.lastCode,
  status: delivery.lastStatus,
});

export const silenceAnswerOf = ({ silence, reason }: TellingSilence): SilenceAnswer => ({
  silenceId: silence.silenceId,
  owner: silence.owner,
  match: silence.match,
  startsAt: formatInstant(silence.startsAtMs),
  endsAt: formatInstant(silence.endsAtMs),
  endedBy: silence.endedBy,
  reason,
});
