/** The failures in a row of each partition, and when it may be tried again. */
export type Setbacks = {
  /** Takes in one more failure; answers for how long to leave the partition alone, in ms. */
  failed(partition: number): number;
  cleared(partition: number): void;
  /** Forgets those of all other partitions. */
  keepOnly(partitions: ReadonlySet<number>): void;
  /** Whether it failed at all, and its time has come. */
  isDue(partition: number): boolean;
  /** Whether a partition goes on failing. */
  isStuck(): boolean;
};

/** Fewer in a row are the ordinary course of a rebalance or a broker that restarts. */
const stuckAfterFailures = 3;

/** A partition nothing arrives for has no success to show; without a failure for so long it isn't stuck either. */
const recentMs = 30_000;

export function createSetbacks(options: {
  readonly backoffMs: (failures: number) => number;
  readonly nowMs: () => number;
}): Setbacks {
  const known = new Map<number, { readonly failures: number; readonly againAtMs: number }>();
  const isRecent = (againAtMs: number): boolean => options.nowMs() < againAtMs + recentMs;
  return {
    failed(partition) {
      const failures = (known.get(partition)?.failures ?? 0) + 1;
      const forMs = options.backoffMs(failures);
      known.set(partition, { failures, againAtMs: options.nowMs() + forMs });
      return forMs;
    },
    cleared: (partition) => void known.delete(partition),
    keepOnly(partitions) {
      for (const partition of known.keys()) if (!partitions.has(partition)) known.delete(partition);
    },
    isDue(partition) {
      const setback = known.get(partition);
      return setback !== undefined && options.nowMs() >= setback.againAtMs;
    },
    isStuck: () =>
      [...known.values()].some(
        ({ failures, againAtMs }) => failures >= stuckAfterFailures && isRecent(againAtMs),
      ),
  };
}
