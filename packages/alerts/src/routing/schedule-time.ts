import { weekdays } from './document.ts';
import type { Route, Schedule } from './document.ts';
import { instantOf, localDay, nextOffsetChange, wallTime } from './local-time.ts';

const minuteMs = 60_000;
const dayMinutes = 1_440;
const weekMs = 7 * dayMinutes * minuteMs;

/** "18:30" as minutes since midnight. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

type Span = Schedule['times'][number];

const isDayOf = ({ days }: { readonly days?: Span['days'] }, weekday: number): boolean =>
  days === undefined || days.some((day) => weekdays.indexOf(day) === weekday);

/** How many minutes of a span are left at a time of the week, as clocks show them; 0 where it is not on. */
function minutesLeft(span: Span, weekday: number, minute: number): number {
  const [from, to] = [minuteOf(span.from), minuteOf(span.to)];
  if (from < to) return isDayOf(span, weekday) && minute >= from && minute < to ? to - minute : 0;
  if (isDayOf(span, weekday) && minute >= from) return dayMinutes - minute + to;
  return isDayOf(span, (weekday + 6) % 7) && minute < to ? to - minute : 0;
}

/** Whether a schedule is on: whether the clock on the wall shows a time that is in it. */
export function isOn({ timeZone, times }: Schedule, atMs: number): boolean {
  const { weekday, minute } = wallTime(timeZone, atMs);
  return times.some((span) => minutesLeft(span, weekday, minute) > 0);
}

/** The first instant from `atMs` on at which a schedule is not on. One that never ends is cut after a week. */
export function endOf(schedule: Schedule, atMs: number): number {
  const { timeZone, times } = schedule;
  let endMs = atMs;
  while (endMs - atMs < weekMs) {
    const { weekday, minute, restMs } = wallTime(timeZone, endMs);
    const left = Math.max(...times.map((span) => minutesLeft(span, weekday, minute)));
    if (left === 0) return endMs;
    // Where clocks change before, they show another time from then on: it is looked at anew.
    endMs = nextOffsetChange(timeZone, endMs, endMs + left * minuteMs - restMs);
  }
  return endMs;
}

/** Whether a schedule is on at every minute of a week. */
export const isAlwaysOn = ({ times }: Schedule): boolean =>
  weekdays.every((_, weekday) => {
    let minute = 0;
    while (minute < dayMinutes) {
      const left = Math.max(...times.map((span) => minutesLeft(span, weekday, minute)));
      if (left === 0) return false;
      minute += left;
    }
    return true;
  });

/** The first time of a digest after an instant, exclusive. */
export function nextDigestAt({ at, days, timeZone }: NonNullable<Route['digest']>, afterMs: number): number {
  const today = localDay(timeZone, afterMs);
  const ahead = Array.from({ length: 9 }, (_, index) => today + index);
  const instants = ahead
    .filter((day) => isDayOf({ days }, (((day + 3) % 7) + 7) % 7))
    .flatMap((day) => at.map((time) => instantOf(timeZone, day, minuteOf(time))))
    .filter((atMs) => atMs > afterMs);
  return Math.min(...instants);
}
