/** A bucket per name that fills at a steady rate. */
export type RateLimit = {
  /** Seconds to wait before this name may go on; 0 where it may now. */
  readonly waitSeconds: (name: string) => number;
  /** Takes what was used. More than there is may be taken, and has to be waited for. */
  readonly take: (name: string, count: number) => void;
};

/**
 * Lets each name use `perSecond` on average, and twice as many at once. Who asks
 * first and takes afterwards may overdraw by one request, whose size is known
 * only when it has been read. `nowMs` is a monotonic clock. Names are those of
 * tokens, whose number is bounded by their file.
 */
export function createRateLimit(perSecond: number, nowMs: () => number): RateLimit {
  const capacity = 2 * perSecond;
  const buckets = new Map<string, { level: number; atMs: number }>();

  function bucketOf(name: string): { level: number; atMs: number } {
    const now = nowMs();
    const bucket = buckets.get(name) ?? { level: capacity, atMs: now };
    bucket.level = Math.min(capacity, bucket.level + ((now - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = now;
    buckets.set(name, bucket);
    return bucket;
  }

  return {
    waitSeconds(name) {
      const { level } = bucketOf(name);
      return level >= 1 ? 0 : Math.max(1, Math.ceil((1 - level) / perSecond));
    },
    take(name, count) {
      bucketOf(name).level -= count;
    },
  };
}
