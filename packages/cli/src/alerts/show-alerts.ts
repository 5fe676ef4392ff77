import type { AlertAnswer, CaseAnswer, DeliveryAnswer, SilenceAnswer, TestedAnswer } from '@weir/contracts';
import { table } from '../terminal/table.ts';
import { aboutWords, ageOf, clock, heldWords, shortId, stateWords } from './alert-words.ts';

/** Alerts for a person, one a line. */
export function showAlerts(alerts: readonly AlertAnswer[], nowMs: number): readonly string[] {
  if (alerts.length === 0) return ['No alerts.'];
  return table(
    ['alert', 'severity', 'state', 'changed', 'about', 'held', 'because of', 'tenant', 'handled by'],
    alerts.map((alert) => [
      shortId(alert.alertId),
      alert.severity,
      stateWords(alert),
      ageOf(alert.changedAt, nowMs),
      aboutWords(alert),
      alert.kind === 'refused_record' ? '' : heldWords(alert),
      firstOf(alert.rules, 3),
      alert.tenant,
      alert.handledBy ?? '',
    ]),
  );
}

const firstOf = (names: readonly string[], most: number): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

export function showCases(cases: readonly CaseAnswer[]): readonly string[] {
  if (cases.length === 0) return ['No case has an alert that is not closed.'];
  return table(
    ['case', 'alerts', 'opened', 'latest', 'what they share', 'tenant'],
    cases.map((one) => [
      one.caseId,
      String(one.alerts),
      clock(one.openedAt),
      clock(one.lastEventAt),
      firstOf(one.links, 2),
      one.tenant,
    ]),
    [1],
  );
}

/** What could not be delivered, each named as it is sent again. */
export function showDeliveries(deliveries: readonly DeliveryAnswer[]): readonly string[] {
  return table(
    ['delivery', 'receiver', 'channel', 'why', 'attempts', 'made', 'given up', 'last error'],
    deliveries.map((one) => [
      one.target === '-' ? one.deliveryKey : `${one.deliveryKey}/${one.target}`,
      one.receiver,
      one.channel,
      one.reason,
      String(one.attempts),
      clock(one.createdAt),
      one.settledAt === null ? '' : clock(one.settledAt),
      errorWords(one),
    ]),
    [4],
  );
}

/** Who was told, for the page of one alert. */
export function showTold(deliveries: readonly DeliveryAnswer[]): readonly string[] {
  return table(
    ['told', 'by', 'why', 'state', 'attempts', 'made', 'last error'],
    deliveries.map((one) => [
      one.receiver,
      one.channel,
      one.reason,
      one.state,
      String(one.attempts),
      clock(one.createdAt),
      errorWords(one),
    ]),
    [4],
  );
}

const errorWords = ({ code, status }: Pick<DeliveryAnswer, 'code' | 'status'>): string =>
  code === null ? '' : `${code}${status === null ? '' : ` ${status}`}`;

export function showSilences(silences: readonly SilenceAnswer[]): readonly string[] {
  if (silences.length === 0) return ['Nothing is kept quiet.'];
  return table(
    ['silence', 'until', 'owner', 'what', 'why'],
    silences.map((one) => [
      one.silenceId,
      clock(one.endsAt),
      one.owner,
      JSON.stringify(one.match),
      one.reason ?? '',
    ]),
  );
}

export function showTested(receivers: TestedAnswer['receivers']): readonly string[] {
  if (receivers.length === 0) return ['There are no receivers.'];
  return table(
    ['receiver', 'channel', 'target', 'result', 'why'],
    receivers.map((one) => [one.receiver, one.channel, one.target, one.result, errorWords(one)]),
  );
}
