import type { NotificationGroup } from '@weir/alerts';
import type { GroupReading } from './group-reading.ts';

/** All that a plan decides by but what the alerts are, in one text. */
const settledOf = ({ group, receiverStates, gathering }: GroupReading): string =>
  JSON.stringify([
    [group.told, group.lastToldAtMs, group.reminders, group.escalations, group.unansweredSinceMs],
    [...receiverStates],
    gathering.map(({ groupId, version }) => [groupId, version]),
  ]);

/**
 * The group after a plan was carried out that rests on `before`, where nothing but growth has come between:
 * alerts that grew or joined meanwhile are owed, and planned next. Undefined where anything else has
 * changed, such as that somebody acknowledged an alert or another process told of it: then the plan is void.
 *
 * Without this a group that something joins all the time, as in a storm, would never be told.
 */
export function withGrowth(
  planned: NotificationGroup,
  before: GroupReading,
  now: GroupReading,
  nowMs: number,
): NotificationGroup | undefined {
  if (settledOf(before) !== settledOf(now)) return undefined;
  const alertsNow = new Map(now.alerts.map((alert) => [alert.alertId, alert]));
  const membersNow = new Map(now.group.members.map((member) => [member.alertId, member]));
  const hasOnlyGrown = before.alerts.every(({ alertId, state, severity }) => {
    const alert = alertsNow.get(alertId);
    return membersNow.has(alertId) && alert?.state === state && alert.severity === severity;
  });
  if (!hasOnlyGrown) return undefined;
  const revisionsThen = new Map(before.alerts.map(({ alertId, revision }) => [alertId, revision]));
  const plannedMembers = new Map(planned.members.map((member) => [member.alertId, member]));
  const members = now.group.members.flatMap((member) => {
    const { alertId } = member;
    const told = plannedMembers.get(alertId);
    const alert = alertsNow.get(alertId);
    const isUnchanged = alert?.revision === revisionsThen.get(alertId);
    // What the plan let go of stays gone, unless something came of it after all; nothing does of what is closed.
    if (isUnchanged || alert?.state === 'closed') return told ?? [];
    return { ...(told ?? member), isOwed: member.isOwed };
  });
  const isOwed = members.some((member) => member.isOwed);
  const owedSinceMs = isOwed ? (planned.owedSinceMs ?? nowMs) : null;
  return { ...planned, members, owedSinceMs, version: now.group.version + 1, nextAtMs: nowMs };
}
