/** The first and the last instant a transaction may carry: 2000-01-01 and 2100-01-01, in UTC. */
export const earliestEventTimeMs = 946_684_800_000;
export const latestEventTimeMs = 4_102_444_800_000;

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/;

/** True where year, month (1–12) and day name a day of the proleptic Gregorian calendar. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const daysInMonth = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (daysInMonth[month - 1] ?? 0);
}

export type InstantOutcome =
  | { readonly ok: true; readonly epochMs: number }
  | { readonly ok: false; readonly code: 'field_format' | 'date_impossible' };

/**
 * Reads an RFC 3339 date-time with its offset into milliseconds since the Unix
 * epoch; digits beyond milliseconds are cut. Unlike Date.parse it knows that
 * there is no 30 February, and it wants an offset: a local time is no instant.
 */
export function parseInstant(text: string): InstantOutcome {
  const match = rfc3339.exec(text);
  if (match === null) return { ok: false, code: 'field_format' };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHours = Number(match[10] ?? 0);
  const offsetMinutes = Number(match[11] ?? 0);
  const clockIsPossible =
    hour <= 23 && minute <= 59 && second <= 59 && offsetHours <= 23 && offsetMinutes <= 59;
  if (!isCalendarDay(year, month, day) || !clockIsPossible) return { ok: false, code: 'date_impossible' };
  const millisecond = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000 * (match[9] === '-' ? -1 : 1);
  return { ok: true, epochMs: Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offsetMs };
}

/** Writes milliseconds since the epoch the one way Weir writes instants: UTC with milliseconds. */
export const formatInstant = (epochMs: number): string => new Date(epochMs).toISOString();
