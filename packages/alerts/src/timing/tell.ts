import { digestOf } from '../alert-ids.ts';
import type { NotificationGroup, NotificationReason } from '../model.ts';
import { canGather, gather, gatherMs } from './gathering.ts';
import type { GroupPlan, PlanGroup, PlannedNotification, ReceiverState } from './plan.ts';
import { newReceiverState } from './plan.ts';
import { afterTelling, roomOf } from './rate-limit.ts';
import { severityOf } from './standing.ts';
import type { Present } from './standing.ts';

/** Who of those that shall be told is told now, and what is gathered for the others. */
export type Addressed = Pick<GroupPlan, 'receiverStates' | 'gathering'> & {
  readonly receivers: readonly string[];
};

/** Undefined, with the time to try again, where so much is gathered for one of them that nothing more can be. */
export function address(
  given: PlanGroup,
  receivers: readonly string[],
  present: readonly Present[],
): Addressed | { readonly waitsUntilMs: number } {
  const { routing, nowMs } = given;
  const isUrgent = severityOf(present) === 'critical';
  const gathering = new Map(given.gathering.map((group) => [group.groupId, group]));
  const states = new Map<string, ReceiverState>();
  const changed = new Map<string, NotificationGroup>();
  for (const receiverId of receivers) {
    const state = given.receiverStates.get(receiverId) ?? newReceiverState;
    const room = roomOf(routing, receiverId, state, nowMs);
    if (isUrgent ? room.forUrgent : room.forAny) {
      states.set(receiverId, afterTelling(routing, receiverId, state, nowMs));
      continue;
    }
    if (!canGather(gathering, receiverId, present.length))
      return { waitsUntilMs: Math.max(room.nextAtMs, nowMs + gatherMs) };
    for (const group of gather(gathering, { receiverId, present, room, isUrgent, nowMs }))
      changed.set(group.groupId, group);
  }
  return { receivers: [...states.keys()], receiverStates: states, gathering: [...changed.values()] };
}

type Said = {
  readonly group: NotificationGroup;
  readonly reason: NotificationReason;
  /** The gravest first. */
  readonly present: readonly Present[];
  readonly receivers: readonly string[];
  /** Tells this notification from others that begin with the same revision of an alert; undefined for the first. */
  readonly again: string | undefined;
  readonly threadId: string;
  readonly next: PlannedNotification['next'];
};

/** What is told, in the words that stores and channels know it by. */
export function notificationOf(said: Said): PlannedNotification {
  const { group, reason, present, again, threadId, next } = said;
  const [lead] = present;
  if (lead === undefined) throw new TypeError('a notification tells of an alert');
  const { alertId, revision } = lead.alert;
  const told = `${alertId}-${revision}${again === undefined ? '' : `.${again}`}`;
  return {
    notificationId: digestOf([
      'notification',
      ...[group.groupId, String(group.openedAtMs), String(group.version), told],
    ]),
    ...{ reason, routeId: group.routeId, groupKey: group.key, threadId, next },
    receivers: said.receivers.map((receiverId) => ({ receiverId, deliveryKey: `${told}-${receiverId}` })),
    alertIds: present.map(({ alert }) => alert.alertId),
    toldRevisions: Object.fromEntries(
      present.map(({ alert, member }) => [alert.alertId, member.toldRevision]),
    ),
    toldTransactions: Object.fromEntries(
      present.flatMap(({ alert, member }) =>
        member.toldTransactions === 0 ? [] : [[alert.alertId, member.toldTransactions]],
      ),
    ),
  };
}
