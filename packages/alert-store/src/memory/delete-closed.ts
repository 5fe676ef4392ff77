import { byNumber, countChange, deliveryId } from './memory-tables.ts';
import type { MemoryRows } from './memory-tables.ts';

/** Deletes old closed alerts and what hangs on them alone; answers how many alerts. */
export function deleteClosedInMemory(rows: MemoryRows, beforeMs: number, limit: number): number {
  const closed = rows.alerts
    .find(({ alert }) => alert.state === 'closed' && alert.changedAtMs < beforeMs)
    .map(({ alert }) => alert)
    .sort(
      byNumber(
        (alert) => alert.changedAtMs,
        (alert) => alert.alertId,
      ),
    )
    .slice(0, limit);
  countChange(rows);
  const gone = new Set(closed.map(({ alertId }) => alertId));
  for (const alertId of gone) rows.alerts.delete(alertId);
  for (const { entry } of rows.entries.find(({ entry }) => gone.has(entry.alertId)))
    rows.entries.delete(entry.entryId);
  for (const { number } of rows.changes.find(({ change }) => gone.has(change.alertId)))
    rows.changes.delete(String(number));
  for (const { entryId } of rows.releases.find(({ alertId }) => gone.has(alertId)))
    rows.releases.delete(entryId);
  leaveGroups(rows, gone);
  leaveCases(rows, new Set(closed.flatMap(({ caseId }) => caseId ?? [])));
  forgetNotifications(rows, gone, beforeMs);
  return closed.length;
}

function leaveGroups(rows: MemoryRows, gone: ReadonlySet<string>): void {
  for (const group of rows.groups.find(({ members }) => members.some(({ alertId }) => gone.has(alertId)))) {
    const members = group.members.filter(({ alertId }) => !gone.has(alertId));
    if (members.length === 0) rows.groups.delete(group.groupId);
    else rows.groups.set(group.groupId, { ...group, members });
  }
}

function leaveCases(rows: MemoryRows, left: ReadonlySet<string>): void {
  for (const caseId of left)
    if (rows.alerts.find(({ alert }) => alert.caseId === caseId).length === 0) rows.cases.delete(caseId);
}

function forgetNotifications(rows: MemoryRows, gone: ReadonlySet<string>, beforeMs: number): void {
  const told = rows.notifications.find(({ alertIds, createdAtMs }) =>
    alertIds.length === 0 ? createdAtMs < beforeMs : alertIds.some((alertId) => gone.has(alertId)),
  );
  for (const { notificationId, alertIds } of told) {
    if (alertIds.some((alertId) => rows.alerts.get(alertId) !== undefined)) continue;
    rows.notifications.delete(notificationId);
    for (const delivery of rows.deliveries.find((one) => one.notificationId === notificationId))
      rows.deliveries.delete(deliveryId(delivery));
  }
}
