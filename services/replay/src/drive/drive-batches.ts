import type { DrivenRecord } from './partition-reader.ts';

/** What is handed over together: everything that is due at the same moment, in its order. Never empty. */
export type DriveBatch = readonly [DrivenRecord, ...DrivenRecord[]];

/**
 * Cuts what was merged into batches. Where one ends is told by the records alone and never by the clock, so whoever
 * goes on behind a batch gets the same ones again.
 */
export function cutBatches(
  next: () => Promise<DrivenRecord | undefined>,
  limits: {
    /** From the first to the last of a batch, in ms of the log. */
    readonly spanMs: number;
    readonly batchRecords: number;
    readonly batchBytes: number;
  },
): () => Promise<DriveBatch | undefined> {
  let waiting: DrivenRecord | undefined;
  return async () => {
    const first = waiting ?? (await next());
    waiting = undefined;
    if (first === undefined) return undefined;
    const batch: [DrivenRecord, ...DrivenRecord[]] = [first];
    let bytes = bytesOf(first);
    for (;;) {
      waiting = await next();
      if (waiting === undefined || waiting.atMs - first.atMs > limits.spanMs) return batch;
      bytes += bytesOf(waiting);
      if (batch.length >= limits.batchRecords || bytes > limits.batchBytes) return batch;
      batch.push(waiting);
    }
  };
}

const bytesOf = ({ opened }: DrivenRecord): number => opened?.plaintext.length ?? 0;
