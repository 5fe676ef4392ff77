import type { KafkaMessage, Message } from 'kafkajs';
import { parseOffset } from './offsets.ts';

/** A record as read from a partition. Offsets are safe integers, times milliseconds. */
export type KafkaRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** An object without a prototype: a header named like a method of Object is just absent. */
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
  /**
   * Names given more than once. They are absent from `headers`, because picking
   * one value would let two readers see two different records; decoders refuse them.
   */
  readonly repeatedHeaders: readonly string[];
};

/** A record to be appended. The partition is always the caller's choice. */
export type OutgoingRecord = {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  readonly timestampMs?: number;
};

/** 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write. */
const latestTimeMs = 253_402_300_799_999;

/**
 * A writer of another hand may claim any time on a topic that keeps the
 * writer's; one that no calendar has counts as 0, so that its record is refused
 * for what it is and not for when.
 */
const plausibleTimeMs = (timeMs: number): number =>
  Number.isSafeInteger(timeMs) && timeMs >= 0 && timeMs <= latestTimeMs ? timeMs : 0;

/** Reads a fetched message. Throws RangeError for an offset beyond safe integers. */
export const toKafkaRecord = (topic: string, partition: number, message: KafkaMessage): KafkaRecord => {
  const headers = Object.create(null) as Record<string, Buffer | undefined>;
  const repeatedHeaders: string[] = [];
  for (const name of Object.keys(message.headers ?? {})) {
    const value = message.headers?.[name];
    if (Array.isArray(value)) repeatedHeaders.push(name);
    // Like key and value a view of the fetched bytes: a fetched header is a Buffer, whatever the type allows.
    else if (value !== undefined && value !== null) headers[name] = value as Buffer;
  }
  const timestampMs = plausibleTimeMs(Number(message.timestamp));
  return {
    topic,
    partition,
    offset: parseOffset(message.offset),
    timestampMs,
    key: message.key,
    value: message.value,
    headers,
    repeatedHeaders,
  };
};

/** The message kafkajs wants, with the partition set so that no partitioner ever routes. kafkajs changes nothing of it. */
export const toMessage = (partition: number, record: OutgoingRecord): Message => ({
  key: record.key,
  value: record.value,
  headers: record.headers,
  partition,
  ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
});

// Lengths and deltas are varints: 20 bytes per record and 10 per header are upper
// bounds for the sizes that fit into one batch.
const recordOverheadBytes = 20;
const headerOverheadBytes = 10;

const bytesOf = (part: string | Buffer | null | undefined): number =>
  part === null || part === undefined ? 0 : Buffer.byteLength(part);

/** An upper bound of the bytes the record takes in a batch. */
export const recordBytes = ({ key, value, headers }: OutgoingRecord): number => {
  let bytes = recordOverheadBytes + bytesOf(key) + bytesOf(value);
  for (const name of Object.keys(headers))
    bytes += headerOverheadBytes + Buffer.byteLength(name) + bytesOf(headers[name]);
  return bytes;
};

/** Below the broker's default message.max.bytes (1,048,588), which counts the whole batch. */
export const maxBatchBytes = 1_000_000;

/** Cuts records into runs that each fit into one batch; a larger record stands alone. */
export const splitByBytes = (
  records: readonly OutgoingRecord[],
  limitBytes: number = maxBatchBytes,
): readonly (readonly OutgoingRecord[])[] => {
  const runs: OutgoingRecord[][] = [];
  let runBytes = 0;
  for (const record of records) {
    const bytes = recordBytes(record);
    const run = runs.at(-1);
    if (run === undefined || runBytes + bytes > limitBytes) {
      runs.push([record]);
      runBytes = bytes;
    } else {
      run.push(record);
      runBytes += bytes;
    }
  }
  return runs;
};
