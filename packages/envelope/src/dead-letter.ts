import { hash } from 'node:crypto';
import { encodeRejected, events, formatInstant, streams, systemTenant } from '@weir/contracts';
import type { Rejection } from '@weir/contracts';
import type { SealedRecord, UnsealedEvent } from './sealed-events.ts';

/** A record of a topic that can't be accepted, as it was read. */
export type RefusedRecord = SealedRecord & {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
};

/**
 * So much of a foreign record is kept: all of an uncompressed value, and of key
 * and headers what fits into the room the rejected topic has beyond the log's. A
 * rejection the broker refuses for its size would block the partition for ever.
 */
const maxKeptKeyBytes = 8_192;
const maxKeptHeaderBytes = 32_768;
const maxKeptValueBytes = streams.received.maxMessageBytes;

/**
 * The dead letter about a record of a topic, not yet sealed: its bytes, key and
 * headers as they are, why it was refused, and where it stands. Always fits the
 * rejected topic, however large the record was before the broker's limit saw
 * it compressed; length and SHA-256 are those of the whole. `logId` tells a
 * topic made anew from the one before it.
 */
export function deadLetterEvent(record: RefusedRecord, rejection: Rejection, logId?: string): UnsealedEvent {
  const { topic, partition, offset, key, value } = record;
  return {
    id: ['rejected', logId ?? topic, partition, offset].join('-'),
    // A foreign record's own key could be an account number.
    key: `${topic}-${partition}`,
    tenant: systemTenant,
    time: formatInstant(record.timestampMs),
    type: events.recordRejected.type,
    dataSchema: events.recordRejected.dataSchema,
    plaintext: encodeRejected({
      rejections: [rejection],
      origin: { kind: 'topic', topic, partition, offset },
      key: key?.subarray(0, maxKeptKeyBytes) ?? null,
      headers: keptHeaders(record),
      original: value?.subarray(0, maxKeptValueBytes) ?? null,
      originalBytes: value?.length ?? null,
      originalSha256: value === null ? null : hash('sha256', value),
    }),
  };
}

function keptHeaders(record: RefusedRecord): (readonly [string, Uint8Array])[] {
  let roomBytes = maxKeptHeaderBytes;
  return Object.entries(record.headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    // As it is written: JSON makes six bytes of a control character, and base64 four of three.
    roomBytes -= Buffer.byteLength(JSON.stringify([name, Buffer.from(value).toString('base64')])) + 1;
    return roomBytes < 0 ? [] : [[name, value] as const];
  });
}
