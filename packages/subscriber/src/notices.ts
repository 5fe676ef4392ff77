/** What a subscription tells besides events: for logs and metrics, and free of anything of a payload. */
export type Notice =
  /** Partitions are this member's from now on, and no others are. */
  | { readonly kind: 'assigned'; readonly partitions: readonly number[] }
  /** A partition can't go on for now and tries again by itself; said at most once a minute for each code. */
  | {
      readonly kind: 'waiting';
      readonly partition: number;
      readonly code: string;
      readonly attempts: number;
    };

const reportEveryMs = 60_000;

/** Passes the waits of one partition on, the first at once and then one a minute, for each code. */
export function createWaitReport(
  partition: number,
  nowMs: () => number,
  tell: (notice: Notice) => void,
): (code: string, attempts: number) => void {
  // One entry for each code there is, so it can't grow.
  const toldAtMs = new Map<string, number>();
  return (code, attempts) => {
    const last = toldAtMs.get(code);
    if (last !== undefined && nowMs() - last < reportEveryMs) return;
    toldAtMs.set(code, nowMs());
    tell({ kind: 'waiting', partition, code, attempts });
  };
}
