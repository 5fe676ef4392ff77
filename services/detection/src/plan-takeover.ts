import type { ErrorCode } from '@weir/contracts';

/** What is known of a partition when a worker takes it over. All numbers are "next offset to read". */
export type TakeoverFindings = {
  /** S: the position in the window store, if there is one. */
  readonly stored: number | undefined;
  /** P: the position that has been published, if there is one. */
  readonly published: number | undefined;
  /** The first offset the log still has, and the one its next record will get. */
  readonly earliest: number;
  readonly end: number;
};

export type TakeoverPlan =
  | {
      readonly kind: 'start';
      readonly from: number;
      /** Offsets below this are in the windows already; those from it on are appended. */
      readonly appendFrom: number;
      /** Offsets below this have their verdict already; those from it on are published. */
      readonly publishFrom: number;
      /** Whether what the store holds for the partition has to be forgotten first. */
      readonly clear: boolean;
    }
  | { readonly kind: 'halt'; readonly code: ErrorCode; readonly message: string };

/**
 * Where to start, and what not to do twice: the table of the design, whole.
 *
 * | found              | so                                                    |
 * |--------------------|-------------------------------------------------------|
 * | S = P              | go on                                                 |
 * | S > P              | recompute P…S, publish, don't append                  |
 * | S < P              | replay S…P, append, don't publish                     |
 * | S missing          | rebuild from the log's beginning, muted up to P       |
 * | both missing       | first start: the log's beginning                      |
 * | S or P beyond end  | another log, or one cut short: halt                   |
 */
export function planTakeover({ stored, published, earliest, end }: TakeoverFindings): TakeoverPlan {
  const furthest = Math.max(stored ?? 0, published ?? 0);
  if (furthest > end) {
    return halt(
      `a position stands at ${furthest} but the log ends at ${end}; see the runbook "log truncated"`,
    );
  }
  if ((published ?? 0) < earliest && published !== undefined) {
    return halt(
      `records from ${published} to ${earliest} left the log before they had a verdict; see the runbook "log truncated"`,
    );
  }
  const publishFrom = published ?? earliest;
  // Windows that miss records which the log no longer has can only be built anew from what it has.
  if (stored === undefined || stored < earliest) {
    return { kind: 'start', from: earliest, appendFrom: earliest, publishFrom, clear: true };
  }
  return {
    kind: 'start',
    from: Math.min(stored, publishFrom),
    appendFrom: stored,
    publishFrom,
    clear: false,
  };
}

const halt = (message: string): TakeoverPlan => ({ kind: 'halt', code: 'log_truncated', message });
