import type { Severity } from '@weir/contracts';
import type { NotificationGroup } from '../model.ts';
import type { Route, Routing } from '../routing/document.ts';
import { endOf, nextDigestAt } from '../routing/schedule-time.ts';
import { isAtLeast } from '../severity.ts';

const minuteMs = 60_000;

/** How long a route waits, in ms, where it says nothing else. */
const timingOf = ({ waitSeconds = 10, updateMinutes = 15 }: Route) => ({
  waitMs: waitSeconds * 1_000,
  updateMs: updateMinutes * minuteMs,
});

/** When what is owed is told; undefined where nothing is. */
export function owedDueAtMs(
  { owedSinceMs, lastToldAtMs }: Pick<NotificationGroup, 'owedSinceMs' | 'lastToldAtMs'>,
  route: Route,
): number | undefined {
  if (owedSinceMs === null) return undefined;
  if (route.digest !== undefined) return nextDigestAt(route.digest, owedSinceMs);
  const { waitMs, updateMs } = timingOf(route);
  return Math.max(owedSinceMs + waitMs, lastToldAtMs === null ? 0 : lastToldAtMs + updateMs);
}

/** When people are reminded next; undefined where they aren't. */
export function reminderDueAtMs(
  group: Pick<NotificationGroup, 'lastToldAtMs' | 'unansweredSinceMs' | 'reminders'>,
  { repeat }: Route,
): number | undefined {
  const { reminders } = group;
  // What was told in another group waits for an answer here before anything was told here.
  const lastToldAtMs = group.lastToldAtMs ?? group.unansweredSinceMs;
  if (repeat === undefined || lastToldAtMs === null || reminders >= repeat.times) return undefined;
  const afterMinutes = Math.min(repeat.mostMinutes, repeat.afterMinutes * repeat.factor ** reminders);
  return lastToldAtMs + Math.round(afterMinutes * minuteMs);
}

/** The steps of escalation that are still to come, the next first. */
export const escalationsDue = (
  { unansweredSinceMs, escalations }: Pick<NotificationGroup, 'unansweredSinceMs' | 'escalations'>,
  { escalate = [] }: Route,
): readonly { readonly atMs: number; readonly receivers: readonly string[] }[] =>
  unansweredSinceMs === null
    ? []
    : escalate.slice(escalations).map(({ afterMinutes, to }) => ({
        atMs: unansweredSinceMs + afterMinutes * minuteMs,
        receivers: to,
      }));

/** When quiet hours let something of a severity through that is due at an instant: then, or when they end. */
export function afterQuietHours(
  { quietHours }: Route,
  { schedules }: Pick<Routing, 'schedules'>,
  severity: Severity,
  atMs: number,
): number {
  if (quietHours === undefined || isAtLeast(severity, quietHours.below)) return atMs;
  const schedule = Object.hasOwn(schedules, quietHours.schedule) ? schedules[quietHours.schedule] : undefined;
  return schedule === undefined ? atMs : endOf(schedule, atMs);
}
