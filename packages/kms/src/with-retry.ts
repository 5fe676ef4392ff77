import { WeirError } from '@weir/contracts';
import type { KeyProvider } from '@weir/envelope';

export type RetryOptions = {
  /** Tries in all, the first included. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Evenly spread in [0, 1), like Math.random. */
  readonly random: () => number;
};

/**
 * Tries again what may succeed later (`recovery` is `retry`), and nothing else.
 * After the last attempt the error of that attempt is thrown.
 *
 * Before try n + 1 it waits random() * min(maxDelayMs, baseDelayMs * 2^(n - 1)):
 * "full jitter" of the AWS Architecture Blog, Exponential Backoff And Jitter. It
 * keeps workers that lost KMS together from coming back together.
 */
export function withRetry(provider: KeyProvider, options: RetryOptions): KeyProvider {
  if (!Number.isInteger(options.attempts) || options.attempts < 1) {
    throw new RangeError('attempts must be a whole number of at least 1');
  }
  return {
    generateDataKey: (request) => tryBoundedly(() => provider.generateDataKey(request), options),
    decrypt: (request) => tryBoundedly(() => provider.decrypt(request), options),
  };
}

async function tryBoundedly<T>(request: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, baseDelayMs, maxDelayMs, sleep, random } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const mayHelp = error instanceof WeirError && error.recovery === 'retry';
      if (!mayHelp || attempt >= attempts) throw error;
    }
    await sleep(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)));
  }
}
