import type { Alert, NotificationGroup, NotificationReason } from '../model.ts';
import { reminderDueAtMs, escalationsDue } from './due.ts';
import type { GroupPlan, PlanGroup } from './plan.ts';
import { isUnanswered, lastToldOf, standingOf } from './standing.ts';
import type { Present, Standing } from './standing.ts';
import { address, notificationOf } from './tell.ts';
import type { Addressed } from './tell.ts';
import { nextTold, turnsOf } from './turns.ts';
import type { Turn } from './turns.ts';

/** What is silenced or inhibited is looked at so often: whatever keeps it quiet may end before its time. */
const recheckMs = 5 * 60_000;

/** Plans a group of a route. */
export function planRoute(given: PlanGroup): GroupPlan {
  const standing = standingOf(given);
  const due = turnsOf(standing, given).find(({ atMs }) => atMs <= given.nowMs);
  return due === undefined ? laidBy(standing, given) : told(standing, due, given);
}

const nothing = { notification: undefined, receiverStates: new Map(), gathering: [] } as const;

/** Nothing is told now. */
function laidBy(standing: Standing, given: PlanGroup): GroupPlan {
  return { ...nothing, group: kept(standing, given) };
}

function told(standing: Standing, turn: Turn, given: PlanGroup): GroupPlan {
  const addressed = turn.kind === 'closed' ? unlimited(turn) : address(given, turn.receivers, turn.present);
  if ('waitsUntilMs' in addressed) {
    const group = kept(standing, given);
    return { ...nothing, group: group && { ...group, nextAtMs: addressed.waitsUntilMs } };
  }
  const after = standingAfter(standing, turn, given.nowMs);
  const { receivers, receiverStates, gathering } = addressed;
  const { group } = standing;
  const [lead] = turn.present;
  const isNews = turn.kind === 'owed' || turn.kind === 'closed';
  const isNew = isNews && lead !== undefined && lead.member.toldRevision < lead.alert.revision;
  const notification =
    receivers.length === 0
      ? undefined
      : notificationOf({
          ...{ group, receivers, present: turn.present },
          next: after.present.length === 0 ? [] : nextTold(after, given),
          reason: reasonOf(turn, standing),
          again: isNew ? undefined : String(group.told + 1),
          threadId: standing.present[0]?.alert.alertId ?? group.groupId,
        });
  return { group: kept(after, given), notification, receiverStates, gathering };
}

/** What is closed counts for no limit: it ends what was told, and is gone from its group once it is told. */
const unlimited = ({ receivers }: Turn): Addressed => ({
  receivers,
  receiverStates: new Map(),
  gathering: [],
});

function reasonOf({ kind }: Turn, { group, route }: Standing): NotificationReason {
  if (kind !== 'owed') return kind;
  if (route.digest !== undefined) return 'digest';
  return group.lastToldAtMs === null ? 'first' : 'update';
}

/** What a group remembers of an alert that it tells of. */
const toldNow = ({ revision, transactions }: Alert) => ({
  ...{ toldRevision: revision, toldTransactions: transactions },
});

/** The group once a turn was told. */
function standingAfter(standing: Standing, { kind, present }: Turn, nowMs: number): Standing {
  const { group } = standing;
  if (kind === 'escalation')
    return { ...standing, group: { ...group, told: group.told + 1, escalations: group.escalations + 1 } };
  const ids = new Set(present.map(({ member }) => member.alertId));
  if (kind === 'closed') {
    const present = standing.present.filter(({ member }) => !ids.has(member.alertId));
    const lastToldAtMs = lastToldOf(group, present);
    return { ...standing, present, group: { ...group, told: group.told + 1, lastToldAtMs } };
  }
  const after = standing.present.map((one): Present => {
    if (!ids.has(one.member.alertId)) return one;
    return { ...one, member: { ...one.member, ...toldNow(one.alert), isOwed: false } };
  });
  const members = after.map(({ member }) => member);
  const isWaiting = after.some(isUnanswered);
  const waiting = beginsAnew(standing, present)
    ? { unansweredSinceMs: nowMs, escalations: 0 }
    : { unansweredSinceMs: isWaiting ? (group.unansweredSinceMs ?? nowMs) : null };
  return {
    ...standing,
    present: after,
    group: {
      ...group,
      members,
      ...waiting,
      // Whatever is owed now is told, or quiet.
      owedSinceMs: null,
      lastToldAtMs: nowMs,
      told: group.told + 1,
      reminders: kind === 'reminder' ? group.reminders + 1 : 0,
    },
  };
}

/**
 * Whether somebody has to be woken for an alert though all steps were taken for others of its group, which
 * nobody answered: else an alert that is left alone would keep every later one from being escalated.
 */
const beginsAnew = ({ group, route }: Standing, told: readonly Present[]): boolean =>
  group.escalations > 0 &&
  group.escalations >= (route.escalate?.length ?? 0) &&
  told.some(({ member, alert }) => member.toldRevision === 0 && alert.state === 'new');

/** The group as it is saved; undefined where nothing of it can be told any more. */
function kept(standing: Standing, given: PlanGroup): NotificationGroup | undefined {
  const { group, present } = standing;
  const nextAtMs = nextLookAtMs(standing, given);
  const mayCome = present.some(({ alert }) => alert.episodeEndedAtMs === null || alert.state === 'snoozed');
  if (nextAtMs === null && !mayCome) return undefined;
  return { ...group, members: present.map(({ member }) => member), version: group.version + 1, nextAtMs };
}

function nextLookAtMs(standing: Standing, given: PlanGroup): number | null {
  const { present, group, route } = standing;
  const times = turnsOf(standing, given).map(({ atMs }) => atMs);
  const isWaiting = reminderDueAtMs(group, route) !== undefined || escalationsDue(group, route).length > 0;
  const held = present.filter(
    (one) => one.quiet.length > 0 && (one.member.isOwed || (isUnanswered(one) && isWaiting)),
  );
  const rechecks = held.flatMap(({ quiet }) => recheckAtMs(quiet, given.nowMs) ?? []);
  const nextAtMs = Math.min(...times, ...rechecks);
  return nextAtMs === Infinity ? null : nextAtMs;
}

/** A snooze ends by an act or by waking, which both bring the alert back; all else may end unsaid. */
function recheckAtMs(quiet: Present['quiet'], nowMs: number): number | undefined {
  if (quiet.some(({ why }) => why === 'snoozed' || why === 'closed')) return undefined;
  const untilMs = quiet.flatMap((one) => (one.why === 'silenced' ? [one.untilMs] : []));
  return Math.min(nowMs + recheckMs, ...untilMs);
}
