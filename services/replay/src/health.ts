import type { ErrorCode } from '@weir/contracts';
import type { Health } from '@weir/runtime';

/** What /readyz says: what the parts of the worker wait for. */
export type ReplayHealth = {
  /** `what` waits, by the code of its last error, until `works` is said of it. */
  fails(what: string, code: ErrorCode): void;
  works(what: string): void;
  problems(): Health;
};

/** Starts out with nothing failing. That a replay failed is no matter of readiness: the next one can be planned. */
export function createHealth(): ReplayHealth {
  const failing = new Map<string, ErrorCode>();
  return {
    fails: (what, code) => void failing.set(what, code),
    works: (what) => void failing.delete(what),
    problems: () => [...failing].map(([what, code]) => ({ part: what, reason: code })),
  };
}
