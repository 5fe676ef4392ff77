import type { CopyStream, SelectedRecord } from '../copy/copy-stream.ts';
import type { Source, Timed } from './merge-partitions.ts';

/** A record that is to be handed over, or that a key keeps closed. */
export type DrivenRecord = SelectedRecord & Timed;

export type PartitionReader = Source<DrivenRecord> & {
  /** Where a drive may go on from that is done with everything before `next`: behind what holds nothing for it. */
  readonly doneTo: (next: number) => number;
  readonly close: () => Promise<void>;
};

/**
 * Reads what a plan is about of one partition, so far ahead and no further. Between two readings nothing is open, so
 * that a record which is due in hours holds no connection: a stream is opened for what fits into the bound.
 *
 * A record stands at the latest time that any before it in its partition had: a clock of a broker that was put back
 * changes no order.
 */
export function createPartitionReader(options: {
  readonly open: (from: number, signal: AbortSignal) => CopyStream;
  readonly from: number;
  /** The latest time of what was handed over of this partition. */
  readonly latestMs: number;
  readonly aheadRecords: number;
  readonly aheadBytes: number;
  /** Resolves once more may be read; what it throws `next` throws. */
  readonly pace: (read: number, opened: number, signal: AbortSignal) => Promise<void>;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** A few readings at a time. */
  readonly takeTurn: (work: () => Promise<void>) => Promise<void>;
}): PartitionReader {
  const closing = new AbortController();
  const ending = AbortSignal.any([options.signal, closing.signal]);
  const ready: DrivenRecord[] = [];
  let givenTo = 0;
  let { from, latestMs } = options;
  let readyBytes = 0;
  let isRead = false;
  let reading: Promise<void> | undefined;

  const take = (selected: readonly SelectedRecord[]): void => {
    for (const one of selected) {
      latestMs = Math.max(latestMs, one.record.timestampMs);
      ready.push({ ...one, atMs: latestMs });
      readyBytes += bytesOf(one);
    }
  };
  const isFull = (): boolean => ready.length >= options.aheadRecords || readyBytes >= options.aheadBytes;

  async function readAhead(): Promise<void> {
    ending.throwIfAborted();
    const stream = options.open(from, ending);
    try {
      while (!isFull()) {
        const chunk = await stream.next();
        if (chunk === undefined) return void (isRead = true);
        take(chunk.selected);
        from = chunk.next;
        await options.pace(chunk.read, chunk.opened, ending);
      }
    } finally {
      await stream.close();
    }
  }
  const beginToRead = (): Promise<void> => {
    reading ??= options.takeTurn(readAhead).finally(() => (reading = undefined));
    // Whoever needs it awaits it; until then it must not count as unheard.
    reading.catch(() => undefined);
    return reading;
  };

  return {
    async next() {
      while (ready.length === 0 && !isRead) await beginToRead();
      const one = ready.shift();
      if (one === undefined) return undefined;
      readyBytes -= bytesOf(one);
      givenTo = one.record.offset + 1;
      if (!isRead && ready.length < options.aheadRecords / 2 && readyBytes < options.aheadBytes / 2)
        void beginToRead();
      return one;
    },
    doneTo: (next) => (ready.length === 0 && givenTo <= next ? Math.max(next, from) : next),
    async close() {
      closing.abort(new Error('the reader was closed'));
      await reading?.catch(() => undefined);
    },
  };
}

const bytesOf = ({ opened, record }: SelectedRecord): number =>
  (opened?.plaintext.length ?? 0) + (record.value?.length ?? 0);
