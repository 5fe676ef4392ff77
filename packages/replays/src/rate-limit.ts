/** What was not used for so long is lost: a replay that waited must not make up for it at the cost of others. */
const burstMs = 250;

export type RateLimit = {
  /**
   * Takes so many records at a time of a monotonic clock, and answers for how many milliseconds to wait before the
   * next are read; 0 is at once. A clock that goes back counts as one that stood still.
   */
  readonly take: (records: number, nowMs: number) => number;
};

/**
 * A token bucket, filled with `recordsPerSecond`; without a limit nobody ever waits. A batch may be more than the
 * bucket holds: it is read at once, and waited for afterwards, so that over time the rate is kept whatever the batches.
 */
export function createRateLimit(recordsPerSecond: number | null): RateLimit {
  if (recordsPerSecond === null) return { take: () => 0 };
  const perMs = recordsPerSecond / 1_000;
  const most = perMs * burstMs;
  let tokens = most;
  let filledAtMs: number | undefined;
  return {
    take(records, nowMs) {
      const passedMs = Math.max(0, nowMs - (filledAtMs ?? nowMs));
      filledAtMs = nowMs;
      tokens = Math.min(most, tokens + passedMs * perMs) - records;
      return tokens >= 0 ? 0 : Math.ceil(-tokens / perMs);
    },
  };
}
