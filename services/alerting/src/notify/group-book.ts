import type { Alert, GroupPlan, NotificationGroup, ReceiverState, Routing } from '@weir/alerts';
import type { AlertRows } from '@weir/alert-store';
import { saveGroups } from './join-alerts.ts';
import type { GroupReading } from './group-reading.ts';

/** Groups and receivers as a transaction finds them, with what its plans have made of them so far. */
export type GroupBook = {
  /** A group that is due with what its plan rests on; undefined where it isn't due any more, or is gone. */
  readonly read: (
    groupId: string,
    nowMs: number,
    gatheringIdsOf: (group: NotificationGroup) => readonly string[],
  ) => Promise<GroupReading | undefined>;
  readonly apply: (groupId: string, plan: GroupPlan) => void;
  /** Writes all that was applied: each group and receiver once, however many plans changed it. */
  readonly write: () => Promise<void>;
};

/** Opens the book of some groups. What many of them need is read once: in a storm that is most of the work. */
export async function openGroupBook(
  rows: AlertRows,
  routing: Routing,
  groupIds: readonly string[],
): Promise<GroupBook> {
  const groups = new Map<string, NotificationGroup | undefined>();
  const alerts = new Map<string, Alert | undefined>();
  const states = new Map<string, ReceiverState>();
  const changedGroups = new Set<string>();
  const changedStates = new Set<string>();

  async function load(wanted: readonly string[]): Promise<void> {
    const missing = wanted.filter((groupId) => !groups.has(groupId));
    if (missing.length === 0) return;
    for (const groupId of missing) groups.set(groupId, undefined);
    for (const group of await rows.groups(missing)) groups.set(group.groupId, group);
  }

  async function alertsOf(members: NotificationGroup['members']): Promise<readonly Alert[]> {
    const missing = members.map(({ alertId }) => alertId).filter((alertId) => !alerts.has(alertId));
    for (const alertId of missing) alerts.set(alertId, undefined);
    if (missing.length > 0)
      for (const { alert } of await rows.alerts(missing)) alerts.set(alert.alertId, alert);
    return members.flatMap(({ alertId }) => alerts.get(alertId) ?? []);
  }

  await load(groupIds);
  await alertsOf([...groups.values()].flatMap((group) => group?.members ?? []));
  for (const { id } of routing.receivers) {
    const state = await rows.receiverState(id);
    if (state !== undefined) states.set(id, state as ReceiverState);
  }

  return {
    async read(groupId, nowMs, gatheringIdsOf) {
      const group = groups.get(groupId);
      if (group === undefined || group.nextAtMs === null || group.nextAtMs > nowMs) return undefined;
      const gatheringIds = gatheringIdsOf(group);
      await load(gatheringIds);
      return {
        group,
        alerts: await alertsOf(group.members),
        receiverStates: new Map(states),
        gathering: gatheringIds.flatMap((id) => groups.get(id) ?? []),
      };
    },
    apply(groupId, { group, gathering, receiverStates }) {
      groups.set(groupId, group);
      changedGroups.add(groupId);
      for (const one of gathering) {
        groups.set(one.groupId, one);
        changedGroups.add(one.groupId);
      }
      for (const [receiverId, state] of receiverStates) {
        states.set(receiverId, state);
        changedStates.add(receiverId);
      }
    },
    async write() {
      const kept = [...changedGroups].flatMap((groupId) => groups.get(groupId) ?? []);
      const gone = [...changedGroups].filter((groupId) => groups.get(groupId) === undefined);
      await saveGroups(rows, kept, gone);
      for (const receiverId of changedStates) {
        const state = states.get(receiverId);
        if (state !== undefined) await rows.saveReceiverState(receiverId, state);
      }
    },
  };
}
