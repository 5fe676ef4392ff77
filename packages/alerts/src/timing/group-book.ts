import type { GroupMember, NotificationGroup } from '../model.ts';

/** Groups to be saved, each in its next version, and ids of those that are gone. */
export type JoinedGroups = {
  readonly groups: readonly NotificationGroup[];
  readonly gone: readonly string[];
};

/** A group without members, at version 0: whoever saves it makes the first. */
export const newGroup = (
  place: Pick<NotificationGroup, 'groupId' | 'key' | 'routeId'>,
  nowMs: number,
): NotificationGroup => ({
  ...place,
  ...{ version: 0, nextAtMs: null, openedAtMs: nowMs, owedSinceMs: null, lastToldAtMs: null },
  ...{ unansweredSinceMs: null, told: 0, reminders: 0, escalations: 0, members: [] },
});

/** With a member more, or with another word about one that it has. */
export function withMember(
  group: NotificationGroup,
  member: GroupMember,
  owedSinceMs: number,
): NotificationGroup {
  const isIn = group.members.some(({ alertId }) => alertId === member.alertId);
  const members = isIn
    ? group.members.map((one) => (one.alertId === member.alertId ? member : one))
    : [...group.members, member];
  const since = member.isOwed ? Math.min(group.owedSinceMs ?? Infinity, owedSinceMs) : group.owedSinceMs;
  return { ...group, members, owedSinceMs: since };
}

/**
 * Without it; what is owed of the others stays owed as long. Where none of them was told, the group begins anew:
 * so it would, had they come after the last that was told had left.
 */
export function withoutMember(group: NotificationGroup, alertId: string): NotificationGroup {
  const members = group.members.filter((member) => member.alertId !== alertId);
  const owedSinceMs = members.some(({ isOwed }) => isOwed) ? group.owedSinceMs : null;
  const left = { ...group, members, owedSinceMs };
  if (members.some(({ toldRevision }) => toldRevision > 0)) return left;
  return { ...left, lastToldAtMs: null, unansweredSinceMs: null, reminders: 0, escalations: 0 };
}

/** Groups by id, and by the alerts that are in them. */
export function createGroupBook(groups: readonly NotificationGroup[]) {
  const known = new Map(groups.map((group) => [group.groupId, group]));
  const changed = new Set<string>();
  const ofAlert = new Map<string, Set<string>>();
  const note = ({ groupId, members }: NotificationGroup): void => {
    for (const { alertId } of members) ofAlert.set(alertId, (ofAlert.get(alertId) ?? new Set()).add(groupId));
  };
  for (const group of groups) note(group);
  const of = (alertId: string): readonly NotificationGroup[] =>
    [...(ofAlert.get(alertId) ?? [])]
      .flatMap((groupId) => known.get(groupId) ?? [])
      .filter(({ members }) => members.some((member) => member.alertId === alertId));
  const save = (group: NotificationGroup): void => {
    known.set(group.groupId, group);
    changed.add(group.groupId);
    note(group);
  };
  const result = (finish: (group: NotificationGroup) => NotificationGroup): JoinedGroups => {
    const all = [...changed].flatMap((groupId) => known.get(groupId) ?? []);
    return {
      groups: all
        .filter(({ members }) => members.length > 0)
        .map((group) => finish({ ...group, version: group.version + 1 })),
      gone: all.filter(({ members }) => members.length === 0).map(({ groupId }) => groupId),
    };
  };
  return { of, save, result, get: (groupId: string) => known.get(groupId) };
}

export type GroupBook = ReturnType<typeof createGroupBook>;
