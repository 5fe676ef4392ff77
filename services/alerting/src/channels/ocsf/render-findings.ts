import { ocsfFinding } from '@weir/contracts';
import type { OcsfFinding } from '@weir/contracts';
import type { Notification, ShownAlert } from '../../notification.ts';
import { notificationHeadline, notificationSubject } from '../../wording/notification-words.ts';
import { classOf, findingOfAlert, metadataOf } from './finding-of.ts';

const logName = 'weir.notifications';

/**
 * The findings of a notification: one for each alert in detail, and one about a receiver that can't be
 * reached, or a test. The first has the delivery key as its uid, and those after it the key, a slash and
 * their number: the same each time the delivery is tried. Pure. Facts and pseudonyms alone.
 */
export function renderFindings(notification: Notification, deliveryKey: string): readonly OcsfFinding[] {
  if (notification.reason === 'test') return [testFinding(notification, deliveryKey)];
  if (notification.failing !== undefined)
    return [failingFinding(notification, notification.failing, deliveryKey)];
  return notification.alerts.map((shown, index) =>
    shownFinding(notification, shown, {
      uid: index === 0 ? deliveryKey : `${deliveryKey}/${index + 1}`,
      moreAlertIds: index === 0 ? notification.moreAlertIds : [],
    }),
  );
}

function shownFinding(
  notification: Notification,
  { alert, entries }: ShownAlert,
  { uid, moreAlertIds }: { readonly uid: string; readonly moreAlertIds: readonly string[] },
): OcsfFinding {
  const { environment, createdAtMs, reason, notificationId } = notification;
  return findingOfAlert(alert, {
    environment,
    uid,
    logName,
    loggedAtMs: createdAtMs,
    related: entries.flatMap(({ entry }) =>
      entry.verdict === null ? [] : [{ identity: entry.entryId, verdict: entry.verdict }],
    ),
    records: entries.flatMap(({ finding }) => (finding?.kind === 'refused' ? [finding.origin] : [])),
    told: {
      reason,
      notificationId,
      ...(moreAlertIds.length === 0 ? {} : { moreAlertIds: [...moreAlertIds] }),
    },
  });
}

/** What findings about no alert have in common. */
function findingAbout(notification: Notification, uid: string, title: string) {
  const { environment, createdAtMs, notificationId } = notification;
  return {
    ...classOf({ id: 1, name: 'Create' }),
    status_id: 1,
    status: 'New',
    time: createdAtMs,
    message: notificationSubject(notification),
    metadata: metadataOf({ environment, uid, logName, loggedAtMs: createdAtMs }),
    finding_info: {
      uid: notificationId,
      title: notificationHeadline(notification),
      types: [title],
      created_time: createdAtMs,
      modified_time: createdAtMs,
    },
  };
}

const failingFinding = (
  notification: Notification,
  failing: NonNullable<Notification['failing']>,
  uid: string,
): OcsfFinding =>
  ocsfFinding.parse({
    ...findingAbout(notification, uid, 'Channel failing'),
    severity_id: 4,
    severity: 'High',
    start_time: failing.sinceMs,
    is_alert: true,
    resources: [{ type: 'Receiver', uid: failing.receiverId, role_id: 3, role: 'Affected' }],
    unmapped: {
      weir: {
        kind: 'channel_failing',
        reason: notification.reason,
        notificationId: notification.notificationId,
        failure: {
          channel: failing.channel,
          code: failing.code,
          since: failing.sinceMs,
          waiting: failing.waiting,
        },
      },
    },
  });

/** No rule of a SIEM may take it for an alert. */
const testFinding = (notification: Notification, uid: string): OcsfFinding =>
  ocsfFinding.parse({
    ...findingAbout(notification, uid, 'Test'),
    severity_id: 1,
    severity: 'Informational',
    is_alert: false,
    resources: [],
    unmapped: {
      weir: { kind: 'test', reason: notification.reason, notificationId: notification.notificationId },
    },
  });

/** The findings as NDJSON: a line each, the last one ended too. */
export const findingLines = (findings: readonly OcsfFinding[]): Buffer =>
  Buffer.from(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''), 'utf8');
