import type { ErrorCode } from '@weir/contracts';

/** Whether records get through just now. */
export type Sending = {
  /** What keeps them from getting through; undefined while they do, and while nothing is on its way that could tell. */
  readonly stuckOn: () => ErrorCode | undefined;
  readonly failed: (code: ErrorCode) => void;
  readonly settled: (isSuccess: boolean) => void;
  readonly began: () => void;
};

/** An outage shorter than this is waited out by the requests that meet it. */
const toleratedMs = 2_000;

/**
 * Turns requests away while earlier ones wait in vain: they would wait as long
 * and fill the memory. As soon as nothing is on its way the next one is let in,
 * and finds out. `nowMs` is a monotonic clock.
 */
export function createSending(nowMs: () => number): Sending {
  let failing: { readonly code: ErrorCode; readonly sinceMs: number } | undefined;
  let onTheirWay = 0;
  return {
    stuckOn: () =>
      failing !== undefined && onTheirWay > 0 && nowMs() - failing.sinceMs >= toleratedMs
        ? failing.code
        : undefined,
    failed(code) {
      failing = { code, sinceMs: failing?.sinceMs ?? nowMs() };
    },
    began() {
      onTheirWay += 1;
    },
    settled(isSuccess) {
      onTheirWay -= 1;
      if (isSuccess) failing = undefined;
    },
  };
}
