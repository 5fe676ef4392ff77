import { hash } from 'node:crypto';
import { encodeRejected, events, formatInstant, systemTenant } from '@weir/contracts';
import type { Rejection } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';

/** Of a foreign record's key and headers, so much is kept: the rest of the room is for its value. */
const maxKeptKeyBytes = 8_192;
const maxKeptHeaderBytes = 32_768;

/** The dead letter about a record of the held stream that can't be read: its bytes as they are, and why. */
export function deadLetterOf(record: KafkaRecord, rejection: Rejection): UnsealedEvent {
  const { topic, partition, offset, key, value } = record;
  return {
    id: `rejected-${topic}-${partition}-${offset}`,
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
      original: value,
      originalBytes: value?.length ?? null,
      originalSha256: value === null ? null : hash('sha256', value),
    }),
  };
}

function keptHeaders(record: KafkaRecord): (readonly [string, Uint8Array])[] {
  let roomBytes = maxKeptHeaderBytes;
  return Object.entries(record.headers).flatMap(([name, value]) => {
    roomBytes -= name.length + (value?.length ?? 0);
    return value === undefined || roomBytes < 0 ? [] : [[name, value] as const];
  });
}
