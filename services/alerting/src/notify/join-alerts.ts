import { groupIdsFor, joinGroups } from '@weir/alerts';
import type { Alert, AlertChange, NotificationGroup, Routing } from '@weir/alerts';
import type { AlertRows } from '@weir/alert-store';

/**
 * Has changed alerts join the groups that tell of them, within the transaction that changes them: what is
 * taken in or acted on and what is to be told of it happen together or not at all.
 */
export async function joinAlerts(
  rows: AlertRows,
  routing: Routing,
  changed: {
    readonly alerts: readonly Alert[];
    readonly changes: readonly AlertChange[];
    readonly nowMs: number;
  },
): Promise<void> {
  const { alerts, nowMs } = changed;
  if (alerts.length === 0) return;
  const joined = await rows.groups(groupIdsFor(routing, alerts, nowMs));
  const member = await rows.groupsOfAlerts(alerts.map(({ alertId }) => alertId));
  const groups = new Map([...joined, ...member].map((group) => [group.groupId, group] as const));
  const after = joinGroups({ routing, ...changed, groups: [...groups.values()] });
  await saveGroups(rows, after.groups, after.gone);
}

/** Writes groups, and forgets those that are gone. */
export async function saveGroups(
  rows: AlertRows,
  groups: readonly NotificationGroup[],
  gone: readonly string[],
): Promise<void> {
  if (groups.length > 0) await rows.saveGroups(groups);
  if (gone.length > 0) await rows.deleteGroups(gone);
}
