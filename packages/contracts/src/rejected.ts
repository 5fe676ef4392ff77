import { z } from 'zod';
import { offset, partitionNumber, sha256Hex, slug } from './fields.ts';
import { offeredAs, redriveMark, type OfferedAs, type RedriveMark } from './redrive.ts';
import { rejectionCodes, type Rejection } from './rejection.ts';

/** Where a refused record came from: a line of a source, or a record of a topic. */
export const rejectedOrigin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('source'), source: slug, line: z.int().min(1) }),
  z.strictObject({ kind: z.literal('topic'), topic: z.string(), partition: partitionNumber, offset }),
]);
export type RejectedOrigin = z.infer<typeof rejectedOrigin>;

export const rejectedPreamble = z
  .strictObject({
    rejections: z.array(z.strictObject({ code: z.enum(rejectionCodes), path: z.string() })).min(1),
    origin: rejectedOrigin,
    key: z.base64().nullable(),
    headers: z.array(z.tuple([z.string(), z.base64()])),
    /** How many bytes the original had, and their SHA-256: the bytes that follow may be only its beginning. */
    originalBytes: z.int().min(0).nullable(),
    originalSha256: sha256Hex.nullable(),
    offered: offeredAs.optional().describe('Of a line of a source: how it was to be read'),
    redrive: redriveMark.optional().describe('Where it was redriven and refused again: of which letter'),
  })
  .describe('What stands before the original bytes in a rejected record');

export type RejectedRecord = {
  readonly rejections: readonly Rejection[];
  readonly origin: RejectedOrigin;
  readonly key: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array])[];
  readonly original: Uint8Array | null;
  readonly originalBytes: number | null;
  readonly originalSha256: string | null;
  /** Of a line of a source: how it was to be read. Absent where an earlier release refused it. */
  readonly offered?: OfferedAs | undefined;
  /** Of one that was redriven and refused again by ingest: which letter that was, and how often by then. */
  readonly redrive?: RedriveMark | undefined;
};

/**
 * Writes a rejected record: 4 bytes big-endian length of the preamble, the
 * preamble as JSON, then the original bytes as they are. Base64 of the whole
 * would not fit beside the largest record that can be refused.
 */
export function encodeRejected(record: RejectedRecord): Buffer {
  const preamble = Buffer.from(
    JSON.stringify(
      rejectedPreamble.parse({
        rejections: record.rejections,
        origin: record.origin,
        key: record.key === null ? null : Buffer.from(record.key).toString('base64'),
        headers: record.headers.map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
        originalBytes: record.originalBytes,
        originalSha256: record.originalSha256,
        offered: record.offered,
        redrive: record.redrive,
      }),
    ),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(preamble.length);
  return Buffer.concat([length, preamble, record.original ?? new Uint8Array()]);
}

/** Reads what encodeRejected wrote, or undefined where the bytes are not that. Never throws. */
export function decodeRejected(bytes: Uint8Array): RejectedRecord | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 4) return undefined;
  const end = 4 + buffer.readUInt32BE(0);
  if (end > buffer.length) return undefined;
  const preamble = rejectedPreamble.safeParse(jsonOrUndefined(buffer.subarray(4, end)));
  if (!preamble.success) return undefined;
  const { key, headers, originalBytes, ...rest } = preamble.data;
  return {
    ...rest,
    key: key === null ? null : Buffer.from(key, 'base64'),
    headers: headers.map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
    original: originalBytes === null ? null : buffer.subarray(end),
    originalBytes,
  };
}

function jsonOrUndefined(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
