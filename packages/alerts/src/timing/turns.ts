import type { Routing } from '../routing/document.ts';
import { afterQuietHours, escalationsDue, owedDueAtMs, reminderDueAtMs } from './due.ts';
import type { NextTold } from './plan.ts';
import { closersOf } from './routes-for.ts';
import { closedOf, gravestFirst, owedOf, severityOf, unansweredOf } from './standing.ts';
import type { Present, Standing } from './standing.ts';

/** A notification shows so many alerts in detail: what is only counted in it can't be ended by who reads it. */
const mostClosedAtOnce = 10;

/** Something that is told of a group: now, or later. */
export type Turn = {
  readonly kind: 'owed' | 'escalation' | 'reminder' | 'closed';
  /** Not before quiet hours are over; what is closed at once. */
  readonly atMs: number;
  readonly receivers: readonly string[];
  readonly present: readonly Present[];
};

/** Everything that is to come of a group if nothing changes: what is new before whom to wake, and that before repeating it. */
export function turnsOf(
  standing: Standing,
  { routing, nowMs }: { readonly routing: Routing; readonly nowMs: number },
): readonly Turn[] {
  const { group, route } = standing;
  const [owed, unanswered] = [owedOf(standing), unansweredOf(standing)];
  const at = (dueAtMs: number, present: readonly Present[]): number =>
    afterQuietHours(route, routing, severityOf(present), Math.max(dueAtMs, nowMs));
  const owedAtMs = owed.length === 0 ? undefined : owedDueAtMs(group, route);
  // What was answered and wakes is told as news, however often it is looked at before: the wait begins with that.
  const beginsAnew = group.unansweredSinceMs === null && owed.length > 0;
  const reminderAtMs = unanswered.length === 0 || beginsAnew ? undefined : reminderDueAtMs(group, route);
  const escalations = unanswered.length === 0 ? [] : escalationsDue(group, route);
  const closed = gravestFirst(closedOf(standing)).slice(0, mostClosedAtOnce);
  const { to } = route;
  return [
    ...(owedAtMs === undefined
      ? []
      : [{ kind: 'owed' as const, atMs: at(owedAtMs, owed), receivers: to, present: owed }]),
    ...escalations.map(({ atMs, receivers }) => ({
      ...{ kind: 'escalation' as const, atMs: at(atMs, unanswered), receivers, present: unanswered },
    })),
    ...(reminderAtMs === undefined
      ? []
      : [
          {
            ...{ kind: 'reminder' as const, atMs: at(reminderAtMs, unanswered), receivers: to },
            // What is new by then is told with it: else each reminder would put it off.
            present: gravestFirst([...new Set([...unanswered, ...owed])]),
          },
        ]),
    ...(closed.length === 0
      ? []
      : [
          {
            ...{ kind: 'closed' as const, atMs: nowMs, receivers: closersOf(routing, route) },
            present: closed,
          },
        ]),
  ];
}

/** What may come after something was told now, the soonest first. */
export function nextTold(
  standing: Standing,
  { routing, nowMs }: { readonly routing: Routing; readonly nowMs: number },
): readonly NextTold[] {
  const promised = turnsOf(standing, { routing, nowMs })
    .filter(({ kind }) => kind === 'escalation' || kind === 'reminder')
    .map(({ kind, atMs, receivers }) => ({
      why: kind === 'escalation' ? kind : ('reminder' as const),
      atMs,
      receivers,
    }));
  return [newsAt(standing, { routing, nowMs }), ...promised].toSorted((one, other) => one.atMs - other.atMs);
}

/** When something new would be told, at the earliest. */
function newsAt(
  { group, route, present }: Standing,
  { routing, nowMs }: { readonly routing: Routing; readonly nowMs: number },
): NextTold {
  const atMs = owedDueAtMs({ ...group, owedSinceMs: nowMs }, route) ?? nowMs;
  const severity = severityOf(gravestFirst(present));
  return {
    why: route.digest === undefined ? 'update' : 'digest',
    atMs: afterQuietHours(route, routing, severity, atMs),
    receivers: route.to,
  };
}
