/**
 * How long a receiver asks to be left alone, in ms, from a Retry-After header
 * (RFC 9110, 10.2.3: seconds, or a date); 0 where it says nothing of use.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const untilMs = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - nowMs);
}
