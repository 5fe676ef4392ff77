import { gatheredFor } from './group-key.ts';
import type { GroupPlan, PlanGroup } from './plan.ts';
import { newReceiverState } from './plan.ts';
import { afterTelling, roomOf } from './rate-limit.ts';
import { gravestFirst, standingOf } from './standing.ts';
import type { Present } from './standing.ts';
import { notificationOf } from './tell.ts';

const recheckMs = 5 * 60_000;

/**
 * Plans what is gathered for a receiver: all of it in one notification, as soon as its limit lets one through.
 * What is silenced meanwhile stays until it may be told; what somebody snoozed or closed is told no more.
 */
export function planSummary(given: PlanGroup): GroupPlan {
  const { routing, nowMs } = given;
  const receiverId = gatheredFor(given.group) ?? '';
  const state = given.receiverStates.get(receiverId) ?? newReceiverState;
  const room = roomOf(routing, receiverId, state, nowMs);
  const { present, group } = standingOf(given);
  const waiting = present.filter(({ alert }) => alert.state !== 'snoozed');
  const speaking = gravestFirst(waiting.filter(({ quiet }) => quiet.length === 0));
  const nothing = { notification: undefined, receiverStates: new Map(), gathering: [] };
  const keep = (members: readonly Present[], nextAtMs: number): GroupPlan['group'] =>
    members.length === 0
      ? undefined
      : {
          ...{ ...group, version: group.version + 1, nextAtMs },
          members: members.map(({ member }) => member),
        };
  if (speaking.length === 0) return { ...nothing, group: keep(waiting, nowMs + recheckMs) };
  if (!room.forUrgent) return { ...nothing, group: keep(waiting, room.nextAtMs) };
  const silent = waiting.filter(({ quiet }) => quiet.length > 0);
  const summaries = state.summaries + 1;
  const notification = notificationOf({
    ...{ group, reason: 'summary', present: speaking, receivers: [receiverId], next: [] },
    again: `s${summaries}`,
    threadId: group.groupId,
  });
  const told = { ...afterTelling(routing, receiverId, state, nowMs), summaries };
  return {
    ...{ notification, gathering: [], receiverStates: new Map([[receiverId, told]]) },
    group: keep(silent, nowMs + recheckMs),
  };
}
