/** By how much a schedule may be behind and still make up for it, in ms of the clock; beyond that it moves. */
export const mostLateMs = 1_000;

export type Schedule = {
  /** How long to wait, in ms of the clock, until what was written at `logMs` is due; 0 is now. */
  readonly waitMs: (logMs: number, nowMs: number) => number;
  /** The time of the log that the schedule has come to; null before it began. */
  readonly reachedMs: () => number | null;
};

/**
 * When what stands in a log is due again, `speed` times as fast as it came. The gaps between records are kept: a
 * receiver that is slow or away, a process that stood still and a clock that jumps move all that follows, so that
 * nothing of it comes bunched up. What is behind by less than `mostLateMs` is made up for, which keeps the speed on
 * average.
 */
export function createSchedule(options: {
  readonly speed: number;
  /** What an earlier run of it has come to; null begins at the first record, at once. */
  readonly reachedMs: number | null;
}): Schedule {
  const { speed } = options;
  let { reachedMs } = options;
  let askedAtMs: number | undefined;
  return {
    waitMs: (logMs, nowMs) => {
      const passedMs = Math.max(0, nowMs - (askedAtMs ?? nowMs));
      askedAtMs = nowMs;
      reachedMs = Math.min((reachedMs ?? logMs) + passedMs * speed, logMs + mostLateMs * speed);
      return Math.max(0, (logMs - reachedMs) / speed);
    },
    reachedMs: () => reachedMs,
  };
}
