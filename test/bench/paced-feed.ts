import { setTimeout as sleep } from 'node:timers/promises';
import type { OfferedLines } from './offered-lines.ts';

const tickMs = 5;

/** A feed at a fixed rate that waits for nobody: what is due is written, whatever became of what was written before. */
export type PacedFeed = {
  /** How many lines were due by this time on the monotonic clock. */
  readonly dueBy: (atMs: number) => number;
  /** When the n-th line of this feed was due, in ms since the epoch. */
  readonly dueAtEpochMs: (n: number) => number;
  /** Resolves when the last line is written. */
  readonly ended: Promise<void>;
  /** Writes no further line. */
  readonly stop: () => void;
};

export function startPacedFeed(options: {
  readonly into: NodeJS.WritableStream;
  readonly lines: OfferedLines;
  readonly txPerSecond: number;
  /** Infinity: until it is stopped. */
  readonly count: number;
}): PacedFeed {
  const { into, lines, txPerSecond, count } = options;
  const startedAtMs = performance.now();
  const dueBy = (atMs: number): number =>
    Math.max(0, Math.min(count, Math.floor(((atMs - startedAtMs) * txPerSecond) / 1_000)));

  let isStopped = false;
  const feed = async (): Promise<void> => {
    let written = 0;
    while (written < count && !isStopped) {
      const due = dueBy(performance.now());
      let chunk = '';
      for (; written < due; written += 1) chunk += lines.next();
      if (chunk !== '') into.write(chunk);
      await sleep(tickMs);
    }
  };
  return {
    dueBy,
    dueAtEpochMs: (n) => performance.timeOrigin + startedAtMs + ((n + 1) * 1_000) / txPerSecond,
    ended: feed(),
    stop: () => {
      isStopped = true;
    },
  };
}
