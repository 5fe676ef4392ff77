/**
 * Keeps at least `lingerMs` between two starts for one partition, so that a
 * quiet partition makes few transactions: what arrives meanwhile shares the
 * next one. The first after a rest doesn't wait.
 */
export function createPace(options: {
  readonly lingerMs: number;
  readonly nowMs: () => number;
  readonly sleep: (delayMs: number) => Promise<void>;
}): (partition: number) => Promise<void> {
  const lastStartMs = new Map<number, number>();
  return async (partition) => {
    const waitMs = (lastStartMs.get(partition) ?? -Infinity) + options.lingerMs - options.nowMs();
    if (waitMs > 0) await options.sleep(Math.min(waitMs, options.lingerMs));
    lastStartMs.set(partition, options.nowMs());
  };
}
