import { type ErrorCode, WeirError } from '@weir/contracts';
import type { KeyProvider } from '@weir/envelope';

/** One finished call. `unexpected` is a throw outside the taxonomy: a bug. */
export type KeyCall = {
  readonly operation: keyof KeyProvider;
  readonly outcome: 'ok' | ErrorCode | 'unexpected';
  readonly durationMs: number;
};

/**
 * Tells the observer about every call, succeeded or not, and changes nothing.
 * Inside `withRetry` it counts attempts, outside of it whole requests.
 */
export function withMetrics(
  provider: KeyProvider,
  observe: (call: KeyCall) => void,
  nowMs: () => number = () => performance.now(),
): KeyProvider {
  const measured = async <T>(operation: keyof KeyProvider, request: () => Promise<T>): Promise<T> => {
    const startedMs = nowMs();
    let outcome: KeyCall['outcome'] = 'ok';
    try {
      return await request();
    } catch (error) {
      outcome = error instanceof WeirError ? error.code : 'unexpected';
      throw error;
    } finally {
      observe({ operation, outcome, durationMs: nowMs() - startedMs });
    }
  };
  return {
    generateDataKey: (request) => measured('generateDataKey', () => provider.generateDataKey(request)),
    decrypt: (request) => measured('decrypt', () => provider.decrypt(request)),
  };
}
