import { mostGroupMembers } from '../model.ts';
import type { NotificationGroup } from '../model.ts';
import { newGroup, withMember } from './group-book.ts';
import { gatheredFor, gatheringPlaces, gatheringRouteId } from './group-key.ts';
import type { Room } from './rate-limit.ts';
import type { Present } from './standing.ts';

/** So long what is over a limit is gathered before it is told, so that it isn't told one by one after all. */
export const gatherMs = 60_000;

type Groups = ReadonlyMap<string, NotificationGroup>;

/** Whether so many alerts more can be gathered for a receiver: at most some thousands can. */
export function canGather(groups: Groups, receiverId: string, count: number): boolean {
  const gathered = [...groups.values()]
    .filter((group) => gatheredFor(group) === receiverId)
    .reduce((sum, { members }) => sum + members.length, 0);
  return gathered + count <= gatheringPlaces(receiverId).length * mostGroupMembers;
}

type Gather = {
  readonly receiverId: string;
  readonly present: readonly Present[];
  readonly room: Room;
  /** Told as soon as there is a place at all. */
  readonly isUrgent: boolean;
  readonly nowMs: number;
};

/**
 * Puts alerts to what is told to a receiver as one summary, once its limit lets it through. Answers the
 * groups that change by that. They have to have place: see `canGather`.
 */
export function gather(before: Groups, { receiverId, present, room, isUrgent, nowMs }: Gather) {
  const places = gatheringPlaces(receiverId);
  const changed = new Map<string, NotificationGroup>();
  const at = (groupId: string): NotificationGroup | undefined => changed.get(groupId) ?? before.get(groupId);
  const add = ({ member }: Present): void => {
    const holding = places.find(({ groupId }) =>
      at(groupId)?.members.some(({ alertId }) => alertId === member.alertId),
    );
    const free = places.find(({ groupId }) => (at(groupId)?.members.length ?? 0) < mostGroupMembers);
    const place = holding ?? free;
    if (place === undefined) throw new RangeError('no place is left to gather in');
    const group = at(place.groupId) ?? newGroup({ ...place, routeId: gatheringRouteId(receiverId) }, nowMs);
    const isNew = holding === undefined;
    changed.set(place.groupId, isNew ? withMember(group, { ...member, isOwed: true }, nowMs) : group);
  };
  present.forEach(add);
  return [...changed.values()].map((group) => {
    const readyAtMs = isUrgent ? nowMs : (group.owedSinceMs ?? nowMs) + gatherMs;
    const nextAtMs = Math.min(group.nextAtMs ?? Infinity, Math.max(readyAtMs, room.nextAtMs));
    return { ...group, version: group.version + 1, nextAtMs };
  });
}
