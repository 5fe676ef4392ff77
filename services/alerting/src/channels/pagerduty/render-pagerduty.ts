import type { Severity } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { Notification, ShownAlert } from '../../notification.ts';
import { alertHeadline, stateWords, whatWasDone, whyInOneLine } from '../../wording/alert-words.ts';
import { capitalised, counted, upperFirst } from '../../wording/format.ts';
import {
  actionsOf,
  nextSentences,
  notificationSubject,
  severityOf,
  whyNow,
} from '../../wording/notification-words.ts';

/** Of a summary; PagerDuty cuts what is longer. */
const mostSummaryLetters = 1_024;

type PagerDutySeverity = 'critical' | 'error' | 'warning' | 'info';

/** An event of PagerDuty's Events API v2. */
export type PagerDutyEvent = {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly client?: string;
  readonly payload?: {
    readonly summary: string;
    readonly severity: PagerDutySeverity;
    readonly source: string;
    readonly timestamp: string;
    readonly component: string;
    readonly group: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, unknown>>;
  };
};

type Context = {
  readonly routingKey: string;
  readonly deliveryKey: string;
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};

/**
 * The events about a notification: one for each alert in detail, whose id is the dedup_key, so that an
 * alert that grows or is told again stays one incident, and repeats do no harm; and one for all that is
 * not in detail. Pure.
 */
export function renderPagerDuty(notification: Notification, context: Context): readonly PagerDutyEvent[] {
  if (notification.reason === 'test') return [testEvent(notification, context)];
  if (notification.failing !== undefined) return [failingEvent(notification, notification.failing, context)];
  const { alerts, alertCount } = notification;
  const left = alertCount - alerts.length;
  return [
    ...alerts.map((shown) => alertEvent(notification, shown, context)),
    ...(left > 0 ? [restEvent(notification, left, context)] : []),
  ];
}

/** What people said in Weir holds in PagerDuty too: who has it there calls nobody here. */
function actionOf({ alert }: ShownAlert): PagerDutyEvent['event_action'] {
  switch (alert.state) {
    case 'new':
    case 'snoozed':
      return 'trigger';
    case 'acknowledged':
    case 'investigating':
      return 'acknowledge';
    case 'closed':
      return 'resolve';
  }
}

function alertEvent(notification: Notification, shown: ShownAlert, context: Context): PagerDutyEvent {
  const { alert } = shown;
  const action = actionOf(shown);
  // An incident is about one alert, whatever else the notification tells.
  const alone = { ...notification, alerts: [shown], alertCount: 1, moreAlertIds: [], cases: [] };
  const begins = {
    routing_key: context.routingKey,
    event_action: action,
    dedup_key: alert.alertId,
  };
  if (action !== 'trigger') return begins;
  const state = stateWords(alert);
  return {
    ...begins,
    ...payloadOf(notification, {
      summary: `${capitalised(alert.severity)}: ${upperFirst(alertHeadline(shown))}`,
      severity: alert.severity,
      class: alert.kind,
      component: alert.kind === 'refused_record' ? 'records' : alert.tenant,
      details: {
        why: whyInOneLine(shown, context.rulesetOf),
        done: whatWasDone(alert),
        ...(state === undefined ? {} : { state }),
        alert: alert.alertId,
        revision: alert.revision,
        ...(alert.caseId === null ? {} : { case: alert.caseId }),
        ...(alert.account === null ? {} : { account_pseudonym: alert.account }),
        next: nextSentences(alone),
        commands: commandsOf(alone),
        delivery_key: context.deliveryKey,
      },
    }),
  };
}

const commandsOf = (notification: Notification): readonly string[] =>
  actionsOf(notification).map(([command, purpose]) => `${command} (${purpose})`);

/** Nobody can know in PagerDuty what these are: they are told in number, with their ids. */
const restEvent = (notification: Notification, left: number, context: Context): PagerDutyEvent => ({
  routing_key: context.routingKey,
  event_action: 'trigger',
  dedup_key: `${notification.notificationId}-more`,
  ...payloadOf(notification, {
    summary: `${counted(left, 'more alert')}: ${notificationSubject(notification)}`,
    severity: severityOf(notification),
    class: 'summary',
    component: notification.routeId,
    details: { alerts: notification.moreAlertIds, delivery_key: context.deliveryKey },
  }),
});

const failingEvent = (
  notification: Notification,
  failing: NonNullable<Notification['failing']>,
  context: Context,
): PagerDutyEvent => ({
  routing_key: context.routingKey,
  event_action: 'trigger',
  dedup_key: `weir-${notification.environment}-failing-${failing.receiverId}`,
  ...payloadOf(notification, {
    summary: notificationSubject(notification),
    severity: 'high',
    class: 'channel_failing',
    component: failing.channel,
    details: {
      why: whyNow(notification),
      code: failing.code,
      since: new Date(failing.sinceMs).toISOString(),
      commands: commandsOf(notification),
      delivery_key: context.deliveryKey,
    },
  }),
});

const testEvent = (notification: Notification, context: Context): PagerDutyEvent => ({
  routing_key: context.routingKey,
  event_action: 'trigger',
  dedup_key: `weir-${notification.environment}-test`,
  ...payloadOf(notification, {
    summary: notificationSubject(notification),
    severity: 'low',
    class: 'test',
    component: 'test',
    details: { why: whyNow(notification), delivery_key: context.deliveryKey },
  }),
});

const severities: Readonly<Record<Severity, PagerDutySeverity>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

function payloadOf(
  { environment, createdAtMs, groupKey }: Notification,
  event: {
    readonly summary: string;
    readonly severity: Severity;
    readonly class: string;
    readonly component: string;
    readonly details: Readonly<Record<string, unknown>>;
  },
): Required<Pick<PagerDutyEvent, 'client' | 'payload'>> {
  return {
    client: 'Weir',
    payload: {
      summary: [...event.summary].slice(0, mostSummaryLetters).join(''),
      severity: severities[event.severity],
      source: `weir-${environment}`,
      timestamp: new Date(createdAtMs).toISOString(),
      component: event.component,
      group: groupKey,
      class: event.class,
      custom_details: event.details,
    },
  };
}
