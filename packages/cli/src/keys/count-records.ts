import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { readKekRef } from '@weir/envelope';
import { endsOf, readDeadlineMs } from '../ops/read-events.ts';
import type { Ops } from '../ops/connect-ops.ts';

/** The records of one stream that one key opens. */
export type KeyUsage = {
  readonly stream: StreamName;
  /** The ARN in their envelopes; null for records that are no envelope at all. */
  readonly keyArn: string | null;
  readonly records: number;
  readonly firstMs: number;
  readonly lastMs: number;
};

const sayEveryRecords = 10_000;

/**
 * Counts the retained records of a stream by the key their envelope names. Nothing is opened and
 * nothing proves what an envelope says, so this tells who is needed and not who wrote. Records that the
 * broker took in before `sinceMs` are read and not counted.
 */
export async function countRecords(
  ops: Pick<Ops, 'kafka'>,
  stream: StreamName,
  options: {
    readonly sinceMs: number;
    readonly signal: AbortSignal;
    readonly onProgress: (read: number, total: number) => void;
  },
): Promise<readonly KeyUsage[]> {
  const offsets = await ops.kafka.offsets(streams[stream].topic);
  const until = await endsOf(ops, stream);
  const total = offsets.reduce((sum, { earliest, end }) => sum + end - earliest, 0);
  const counted = new Map<string | null, KeyUsage>();
  let read = 0;
  await ops.kafka.readRange({
    topic: streams[stream].topic,
    from: 'earliest',
    until,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    signal: options.signal,
    onRecord: ({ value, timestampMs }) => {
      read += 1;
      if (read % sayEveryRecords === 0) options.onProgress(read, total);
      if (timestampMs < options.sinceMs) return;
      const keyArn = value === null ? null : (readKekRef(value) ?? null);
      const known = counted.get(keyArn);
      counted.set(keyArn, {
        stream,
        keyArn,
        records: (known?.records ?? 0) + 1,
        firstMs: Math.min(known?.firstMs ?? timestampMs, timestampMs),
        lastMs: Math.max(known?.lastMs ?? timestampMs, timestampMs),
      });
    },
  });
  return [...counted.values()].toSorted((one, other) => one.firstMs - other.firstMs);
}
