import { hash } from 'node:crypto';
import { leafHash } from '@weir/audit';
import { instant, offset, sha256Hex, versions } from '@weir/contracts';
import { z } from 'zod';
import { planHash, replayPlan } from './plan.ts';

/** A record that was read, by what it is known again. */
export type ManifestLeaf = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  /** SHA-256 of the stored bytes: see storedDigest. */
  readonly sha256: Uint8Array;
};

/** The first line: what was planned, and the topics that the lines of records name by their place here. */
export const manifestHeader = z.strictObject({
  format: z.literal(1),
  planHash: sha256Hex,
  plan: replayPlan,
  topics: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,249}$/))
    .min(1)
    .max(16),
});
export type ManifestHeader = z.infer<typeof manifestHeader>;

/** Who made a plan, or approved one: the name of a token. */
const person = z.string().min(1).max(256);

const claim = {
  records: offset,
  root: sha256Hex.describe('Of the tree over all records: RFC 9162, section 2.1.1'),
  startedAt: instant,
  endedAt: instant,
  versions: z
    .array(z.strictObject({ versions, records: offset }))
    .max(10_000)
    .describe('Under which versions how many records were judged again, in the order they came into force'),
  reportSha256: sha256Hex.nullable().describe('Of the bytes of the report in JSON, where there is one'),
  plannedBy: person,
  approvedBy: person.nullable().describe('Null where one person may run such a plan alone'),
  keyId: z.string().min(1).max(2_048).describe('The ARN of the key that signed'),
  algorithm: z.literal('ECDSA_SHA_256'),
};

/** What the last line claims, before it is signed. */
export const manifestClaim = z.strictObject(claim);
export type ManifestClaim = z.infer<typeof manifestClaim>;

/** The last line. */
export const manifestEnd = z.strictObject({
  ...claim,
  signature: z
    .base64()
    .min(1)
    .max(1_024)
    // Its last character can be written in more than one way; a manifest has one text.
    .refine((text) => Buffer.from(text, 'base64').toString('base64') === text)
    .describe('DER, as KMS answers it'),
});
export type ManifestEnd = z.infer<typeof manifestEnd>;

/** SHA-256 over key and value as they are stored, each behind its length (4 bytes, big-endian; none is 0xffffffff). */
export function storedDigest({
  key,
  value,
}: {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}): Buffer {
  const stored = Buffer.allocUnsafe(2 * lengthBytes + (key?.byteLength ?? 0) + (value?.byteLength ?? 0));
  writePart(stored, writePart(stored, 0, key), value);
  // By way of a text: a hash that gives bytes at once takes twice as long.
  return Buffer.from(hash('sha256', stored, 'base64'), 'base64');
}

const lengthBytes = 4;

/** Answers where the next part begins. */
function writePart(stored: Buffer, at: number, part: Uint8Array | null): number {
  const from = stored.writeUInt32BE(part === null ? 0xff_ff_ff_ff : part.byteLength, at);
  if (part === null) return from;
  stored.set(part, from);
  return from + part.byteLength;
}

/** The same bytes, not a copy of them. */
export const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The hash of a record's leaf: over `["topic",partition,offset,timestampMs,"sha256 in hex"]` as JSON without white
 * space. It names the topic itself, so a leaf can be checked without the file it was in.
 */
export const manifestLeafHash = ({ topic, partition, offset, timestampMs, sha256 }: ManifestLeaf): Buffer =>
  leafHash(
    Buffer.from(JSON.stringify([topic, partition, offset, timestampMs, viewOf(sha256).toString('hex')])),
  );

/** The first line of a plan's manifest, without its line break. */
export const headerLine = (plan: ManifestHeader['plan'], topics: readonly string[]): string =>
  JSON.stringify(manifestHeader.parse({ format: 1, planHash: planHash(plan), plan, topics }));

/** The last line, without its line break: what was claimed, and the signature over its signedText (DER). */
export const endLine = (claimed: ManifestClaim, signature: Uint8Array): string =>
  JSON.stringify(manifestEnd.parse({ ...claimed, signature: Buffer.from(signature).toString('base64') }));

/**
 * The bytes that are signed: a line that no other text signed by anybody begins with, then the hash of the plan, the
 * topics and the claim, as JSON in the contract's order of fields.
 */
export const manifestSignedText = (
  { planHash, topics }: Pick<ManifestHeader, 'planHash' | 'topics'>,
  claimed: ManifestClaim,
): Buffer =>
  Buffer.from(
    `weir replay manifest v1\n${JSON.stringify({ planHash, topics, ...manifestClaim.parse(claimed) })}\n`,
  );

/** SHA-256 in hex, as a manifest names a report. */
export const reportDigest = (report: string): string => hash('sha256', report);
