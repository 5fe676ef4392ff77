import type { NotificationReason } from '@weir/alerts';
import type { Notification } from '../../../notification.ts';
import type { RulesetOf } from '../../../wording/alert-words.ts';
import {
  actionsOf,
  nextSentences,
  notificationHeadline,
  notificationSubject,
  severityOf,
  standingWords,
  togetherWords,
  whyNow,
} from '../../../wording/notification-words.ts';
import type { MailDocument, Section } from '../mail-document.ts';
import { describeAlert } from './describe-alert.ts';
import { describeFailing } from './describe-failing.ts';
import { describeMany } from './describe-many.ts';

const labels: Readonly<Record<NotificationReason, string | undefined>> = {
  first: undefined,
  update: 'update',
  reminder: 'reminder',
  escalation: 'escalated',
  digest: 'digest',
  summary: 'many alerts',
  closed: 'closed',
  channel_failing: 'channel failing',
  test: 'test',
};

/**
 * What the mail of a notification says: what happened, why it is unusual, what was done, what the reader can
 * do, when he would hear again, and at the end what it is looked up by.
 */
export function describeNotification(notification: Notification, rulesetOf: RulesetOf): MailDocument {
  const together = togetherWords(notification);
  const lead = [whyNow(notification), together].filter((one) => one !== undefined).join(' ');
  return {
    subject: notificationSubject(notification),
    severity: notification.reason === 'test' ? undefined : severityOf(notification),
    label: labels[notification.reason],
    standing: notification.reason === 'test' ? undefined : standingWords(notification),
    headline: notificationHeadline(notification),
    lead: lead === '' ? undefined : lead,
    sections: sectionsOf(notification, rulesetOf),
    footer:
      `Sent by Weir, environment ${notification.environment}, route ${notification.routeId}. Times are UTC. ` +
      'Accounts and names are masked; in full they stand in the sealed evidence alone.',
  };
}

function sectionsOf(notification: Notification, rulesetOf: RulesetOf): readonly Section[] {
  const { alerts, alertCount, failing, reason } = notification;
  const [only] = alerts;
  if (failing !== undefined)
    return [...describeFailing(failing), ...whatYouCanDo(notification), whatComesNext(notification)];
  if (only === undefined) return [whatComesNext(notification)];
  const { happened, done, lookUp } =
    alertCount === 1 ? describeAlert(only, rulesetOf) : describeMany(notification, rulesetOf);
  // A sample shows what an alert looks like; that it was held, or how to look it up, would be wrong.
  if (reason === 'test') return happened;
  return [...happened, ...done, ...whatYouCanDo(notification), whatComesNext(notification), ...lookUp];
}

function whatYouCanDo(notification: Notification): readonly Section[] {
  const rows = actionsOf(notification);
  return rows.length === 0 ? [] : [{ title: 'What you can do', blocks: [{ kind: 'commands', rows }] }];
}

const whatComesNext = (notification: Notification): Section => ({
  title: 'What comes next',
  blocks: nextSentences(notification).map((text) => ({ kind: 'paragraph', text })),
});
