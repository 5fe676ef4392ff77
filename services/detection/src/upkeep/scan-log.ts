import { isPseudonymOf, streams, WeirError } from '@weir/contracts';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { decodeAll } from '@weir/verdicts';
import type { Decoded } from '@weir/verdicts';
import type { DetectionParts } from '../detection-parts.ts';

/** What reading the log beside the worker takes. */
export type ScanParts = Pick<DetectionParts, 'opening'> & Pick<KafkaClient, 'readRange'>;

/** The same, from wherever the log begins by then. */
export type WholeScanParts = ScanParts & Pick<DetectionParts, 'logOffsets'>;

export type LogScan = {
  readonly logId: string;
  /** From where up to where, per partition; partitions left out are not read. */
  readonly from: ReadonlyMap<number, number>;
  readonly until: ReadonlyMap<number, number>;
  /** Which accounts to open the records of. Keys are in clear, so that the others cost no decryption. */
  readonly isWanted: (account: string) => boolean;
  /** Given opened records of one partition in offset order. */
  readonly onDecoded: (partition: number, decoded: readonly Decoded[]) => Promise<void>;
  /** Called after so many more records were looked at, opened or not; what it throws ends the scan. */
  readonly onLookedAt: (records: number) => void | Promise<void>;
};

const recordsOpenedAtOnce = 500;
const recordsBetweenWords = 500;

/** A log of 45 days may take hours to read; the end of the process or of its parent ends it sooner. */
const deadlineMs = 7 * 86_400_000;

/**
 * Reads a range of the log once, and opens the records of the accounts asked for.
 * Throws WeirError as readRange and the opener do.
 */
export async function scanLog({ opening, readRange }: ScanParts, scan: LogScan): Promise<void> {
  const waiting = new Map<number, KafkaRecord[]>();
  let lookedAt = 0;

  async function open(partition: number): Promise<void> {
    const records = waiting.get(partition) ?? [];
    waiting.delete(partition);
    if (records.length > 0) await scan.onDecoded(partition, await decodeAll({ opening }, scan, records));
  }

  async function look(record: KafkaRecord): Promise<void> {
    lookedAt += 1;
    const account = String(record.key);
    if (isPseudonymOf('account', account) && scan.isWanted(account)) {
      const records = waiting.get(record.partition) ?? [];
      waiting.set(record.partition, records);
      if (records.push(record) >= recordsOpenedAtOnce) await open(record.partition);
    }
    if (lookedAt < recordsBetweenWords) return;
    const count = lookedAt;
    lookedAt = 0;
    await scan.onLookedAt(count);
  }

  await readRange({
    topic: streams.received.topic,
    from: scan.from,
    until: scan.until,
    onRecord: look,
    readCommitted: true,
    deadlineMs,
  });
  for (const partition of waiting.keys()) await open(partition);
  await scan.onLookedAt(lookedAt);
}

/** Retention deletes segments now and then; a log that is overtaken by it more often keeps too little to be read whole. */
const maxBeginnings = 5;

/**
 * Has a partition read from the log's beginning, and again from the next one
 * where retention moved it on before it was read. Throws WeirError `log_truncated`
 * where that happens again and again, and what `read` throws.
 */
export async function fromEarliest<Read>(
  { logOffsets }: Pick<WholeScanParts, 'logOffsets'>,
  partition: number,
  read: (earliest: number) => Promise<Read>,
): Promise<Read> {
  for (let beginning = 1; ; beginning += 1) {
    const { earliest } = await logOffsets(partition);
    try {
      return await read(earliest);
    } catch (error) {
      if (!isTruncated(error) || beginning >= maxBeginnings) throw error;
    }
  }
}

/** Whether what was to be read has been deleted meanwhile: no fault of whoever reads beside the worker. */
export const isTruncated = (error: unknown): boolean =>
  error instanceof WeirError && error.code === 'log_truncated';
