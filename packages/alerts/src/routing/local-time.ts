import { IANAZone } from 'luxon';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** What a clock on the wall shows. */
export type WallTime = {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Since midnight, 0 to 1439, as the clock shows it. */
  readonly minute: number;
  /** Milliseconds since that minute began. */
  readonly restMs: number;
};

export const isTimeZone = (name: string): boolean => IANAZone.isValidZone(name);

const offsetMs = (timeZone: string, atMs: number): number =>
  IANAZone.create(timeZone).offset(atMs) * minuteMs;

/** The clock of a time zone at an instant. */
export function wallTime(timeZone: string, atMs: number): WallTime {
  const wallMs = atMs + offsetMs(timeZone, atMs);
  const day = Math.floor(wallMs / dayMs);
  const inDayMs = wallMs - day * dayMs;
  // 1 January 1970 was a Thursday.
  const weekday = (((day + 3) % 7) + 7) % 7;
  return { weekday, minute: Math.floor(inDayMs / minuteMs), restMs: inDayMs % minuteMs };
}

/** The day of an instant in a time zone, counted from 1 January 1970. */
export const localDay = (timeZone: string, atMs: number): number =>
  Math.floor((atMs + offsetMs(timeZone, atMs)) / dayMs);

/**
 * The first instant at which the clocks show a time of a day, or would have: what they skip
 * happens when they skip it, and of what they show twice it is the first.
 */
export function instantOf(timeZone: string, day: number, minute: number): number {
  const wallMs = day * dayMs + minute * minuteMs;
  const offsets = [offsetMs(timeZone, wallMs - dayMs), offsetMs(timeZone, wallMs + dayMs)];
  const instants = offsets
    .map((offset) => wallMs - offset)
    .filter((atMs) => atMs + offsetMs(timeZone, atMs) === wallMs);
  if (instants.length > 0) return Math.min(...instants);
  return nextOffsetChange(timeZone, wallMs - dayMs, wallMs + dayMs);
}

/** The instant in `(fromMs, toMs]` at which the clocks of a time zone change; `toMs` where they don't. There is one at most in two days. */
export function nextOffsetChange(timeZone: string, fromMs: number, toMs: number): number {
  const before = offsetMs(timeZone, fromMs);
  if (offsetMs(timeZone, toMs) === before) return toMs;
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
