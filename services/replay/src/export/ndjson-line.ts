import { decodeRejected, events, formatInstant } from '@weir/contracts';
import type { OpenedCopy } from './opened-copy.ts';

/** A record as one line of NDJSON, with its line break: where it stands, what it is called, and what is in it. */
export function ndjsonLine({ record, opened: { attributes, plaintext } }: OpenedCopy): string {
  const { topic, partition, offset, timestampMs, key } = record;
  const { id, type, tenant, time } = attributes;
  const line = {
    ...{ topic, partition, offset, at: formatInstant(timestampMs), id, type, tenant, time },
    key: key === null ? null : key.toString('utf8'),
    data: type === events.recordRejected.type ? rejectedData(plaintext) : jsonData(plaintext),
  };
  return `${JSON.stringify(line)}\n`;
}

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');

/** Nothing that Weir seals is anything but JSON; what somebody else sealed by its keys is handed over all the same. */
function jsonData(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(plaintext).toString('utf8')) as unknown;
  } catch {
    return { base64: base64(plaintext) };
  }
}

/** What was refused may be any bytes. */
function rejectedData(plaintext: Uint8Array): unknown {
  const rejected = decodeRejected(plaintext);
  if (rejected === undefined) return { base64: base64(plaintext) };
  const { key, headers, original, ...said } = rejected;
  return {
    ...said,
    key: base64(key),
    headers: headers.map(([name, value]) => [name, base64(value)]),
    original: base64(original),
  };
}
