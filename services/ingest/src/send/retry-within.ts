import { WeirError } from '@weir/contracts';
import { backoffDelayMs } from '@weir/runtime';

export type RetryWithin = {
  /** Once this long has passed since the first failure, the next one is thrown. */
  readonly limitMs: number;
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly onRetry: (error: WeirError) => void;
};

const baseDelayMs = 100;
const maxDelayMs = 5_000;

/**
 * Runs `operation` until it succeeds, waiting longer each time. Only a WeirError
 * whose recovery is retry is tried again, within a bound of time rather than of
 * attempts: what matters to whoever feeds a file is how long an outage it sits out.
 * Once `signal` aborts nothing is tried again and the last error is thrown.
 */
export async function retryWithin<Result>(
  options: RetryWithin,
  signal: AbortSignal,
  operation: () => Promise<Result>,
): Promise<Result> {
  let failedAtMs: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'retry' || signal.aborted) throw error;
      failedAtMs ??= options.nowMs();
      const delayMs = backoffDelayMs(attempt, { baseDelayMs, maxDelayMs, random: options.random });
      if (options.nowMs() + delayMs - failedAtMs > options.limitMs) throw error;
      options.onRetry(error);
      await options.sleep(delayMs, signal).catch(() => {
        throw error;
      });
    }
  }
}
