/** Time as the loops around the step see it; a simulation puts its own in. */
export type Clock = {
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
  /** Calls back every so often until the answer is called. */
  readonly every: (intervalMs: number, tick: () => void) => () => void;
};

/** What came of the work, or undefined once so much time has passed without it; it then goes on by itself. */
export async function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const stop = clock.every(limitMs, () => late.resolve(undefined));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    stop();
  }
}

/** The time of the machine. */
export const machineClock: Clock = {
  nowMs: () => performance.now(),
  every: (intervalMs, tick) => {
    const timer = setInterval(tick, intervalMs);
    return () => clearInterval(timer);
  },
};
