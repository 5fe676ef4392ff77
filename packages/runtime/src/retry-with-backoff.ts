import { setTimeout as timer } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';

export type Backoff = {
  /** Upper bound of the first wait. */
  readonly baseDelayMs: number;
  /** Upper bound of every wait. */
  readonly maxDelayMs: number;
  /** Uniform in [0, 1), as Math.random. */
  readonly random: () => number;
};

/**
 * How long to wait after the `attempt`th failure (1, 2, …), in whole
 * milliseconds: between half and all of min(maxDelayMs, baseDelayMs · 2^(attempt−1)).
 * "Equal jitter" of M. Brooker, Exponential Backoff And Jitter, AWS
 * Architecture Blog, 2015: workers that failed together come back apart, and
 * none comes back at once.
 */
export function backoffDelayMs(attempt: number, { baseDelayMs, maxDelayMs, random }: Backoff): number {
  const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
  return Math.floor(ceilingMs / 2 + (random() * ceilingMs) / 2);
}

/**
 * Runs `operation` until it succeeds, at most `attempts` times. Only a
 * WeirError whose recovery is retry is tried again; anything else, and the
 * last error, is thrown as it is. Once `signal` aborts, no further attempt
 * starts and the signal's reason is thrown. `sleep` has to reject on abort.
 */
export async function retryWithBackoff<Result>(
  options: Backoff & {
    readonly attempts: number;
    readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
    readonly signal: AbortSignal;
  },
  operation: (attempt: number) => Promise<Result>,
): Promise<Result> {
  if (!Number.isSafeInteger(options.attempts) || options.attempts < 1) {
    throw new RangeError('attempts has to be a whole number of at least 1.');
  }
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      const retries = error instanceof WeirError && error.recovery === 'retry';
      if (!retries || attempt >= options.attempts) throw error;
    }
    await options.sleep(backoffDelayMs(attempt, options), options.signal);
  }
}

/** A wait for retryWithBackoff on the real clock; rejects with the signal's reason when it aborts. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await timer(delayMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
