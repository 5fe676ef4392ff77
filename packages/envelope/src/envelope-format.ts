/**
 * The first four bytes of a sealed payload. 0xF7 occurs in no UTF-8 text, so no
 * JSON, XML or CSV can be taken for an envelope.
 */
export const magic = Buffer.from([0xf7, 0x57, 0x45, 0x49]);
/** Suite 1: AES-256-GCM, key and commitment by HKDF-SHA256. */
export const suite1 = 1;
export const dekIdBytes = 16;
export const commitmentBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;
const maxKekRefBytes = 0xff;
const maxWrappedBytes = 0xffff;

const suiteAt = magic.length;
const dekIdAt = suiteAt + 1;
const commitmentAt = dekIdAt + dekIdBytes;
const kekRefLengthAt = commitmentAt + commitmentBytes;
const kekRefAt = kekRefLengthAt + 1;

/**
 * `header` is everything before the nonce. All byte fields are views of the parsed
 * bytes, not copies.
 */
export type Envelope = {
  readonly header: Buffer;
  readonly dekId: Buffer;
  readonly commitment: Buffer;
  readonly kekRef: string;
  readonly wrapped: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
};

export type ParseFailure = 'not_sealed' | 'unsupported_suite' | 'malformed_envelope';

export type ParsedEnvelope =
  { readonly ok: true; readonly envelope: Envelope } | { readonly ok: false; readonly reason: ParseFailure };

// A byte order mark is kept: dropped, two different headers would name the same key.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The header of every record sealed under one DEK: magic, suite, dekId, commitment,
 * kekRef and wrapped DEK. Throws TypeError for a part of the wrong size, which is
 * a bug in the key provider and not in the record.
 */
export function encodeHeader(of: {
  readonly dekId: Uint8Array;
  readonly commitment: Uint8Array;
  readonly kekRef: string;
  readonly wrapped: Uint8Array;
}): Buffer {
  const kekRef = Buffer.from(of.kekRef);
  requireSize('dekId', of.dekId, dekIdBytes, dekIdBytes);
  requireSize('commitment', of.commitment, commitmentBytes, commitmentBytes);
  requireSize('kekRef', kekRef, 1, maxKekRefBytes);
  requireSize('wrapped', of.wrapped, 1, maxWrappedBytes);
  const wrappedLength = Buffer.alloc(2);
  wrappedLength.writeUInt16BE(of.wrapped.length);
  return Buffer.concat([
    magic,
    Buffer.of(suite1),
    of.dekId,
    of.commitment,
    Buffer.of(kekRef.length),
    kekRef,
    wrappedLength,
    of.wrapped,
  ]);
}

function requireSize(part: string, bytes: Uint8Array, min: number, max: number): void {
  if (bytes.length < min || bytes.length > max) {
    throw new TypeError(`the envelope's ${part} has ${bytes.length} bytes, outside ${min} to ${max}`);
  }
}

/** What stands before the nonce: the same in every record sealed under one DEK. */
type Header = Pick<Envelope, 'header' | 'dekId' | 'commitment' | 'kekRef' | 'wrapped'>;

/**
 * Splits a sealed payload into its parts. Total: any bytes give a value, none make it throw.
 *
 * `before` is the record before this one. Where it has the same header, byte for
 * byte, the parts of that are taken from it, the very same views, by which a
 * caller knows that they were sealed under one DEK.
 */
export function parseEnvelope(sealed: Uint8Array, before?: Header): ParsedEnvelope {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const head = before !== undefined && beginsWith(bytes, before.header) ? before : parseHeader(bytes);
  if (typeof head === 'string') return refused(head);
  const ciphertextAt = head.header.length + nonceBytes;
  const tagAt = bytes.length - tagBytes;
  if (tagAt < ciphertextAt) return refused('malformed_envelope');
  return {
    ok: true,
    envelope: {
      header: head.header,
      dekId: head.dekId,
      commitment: head.commitment,
      kekRef: head.kekRef,
      wrapped: head.wrapped,
      nonce: bytes.subarray(head.header.length, ciphertextAt),
      ciphertext: bytes.subarray(ciphertextAt, tagAt),
      tag: bytes.subarray(tagAt),
    },
  };
}

/**
 * The KEK a payload says it is sealed under, or undefined where it says none.
 * Nothing proves it before the payload is opened: it is for counting and choosing.
 */
export function readKekRef(sealed: Uint8Array): string | undefined {
  const parsed = parseEnvelope(sealed);
  return parsed.ok ? parsed.envelope.kekRef : undefined;
}

/** A header says its own length, so that bytes which begin with a whole one have it for their header. */
const beginsWith = (bytes: Buffer, header: Buffer): boolean =>
  bytes.length >= header.length && header.compare(bytes, 0, header.length) === 0;

function parseHeader(bytes: Buffer): Header | ParseFailure {
  if (!bytes.subarray(0, magic.length).equals(magic)) return 'not_sealed';
  if (bytes.length <= suiteAt) return 'malformed_envelope';
  if (bytes[suiteAt] !== suite1) return 'unsupported_suite';

  const kekRefEnd = kekRefAt + (bytes[kekRefLengthAt] ?? 0);
  const wrappedAt = kekRefEnd + 2;
  if (kekRefEnd === kekRefAt || bytes.length < wrappedAt) return 'malformed_envelope';
  const headerEnd = wrappedAt + bytes.readUInt16BE(kekRefEnd);
  if (headerEnd === wrappedAt || bytes.length < headerEnd) return 'malformed_envelope';
  const kekRef = decodeUtf8(bytes.subarray(kekRefAt, kekRefEnd));
  if (kekRef === undefined) return 'malformed_envelope';

  return {
    header: bytes.subarray(0, headerEnd),
    dekId: bytes.subarray(dekIdAt, commitmentAt),
    commitment: bytes.subarray(commitmentAt, kekRefLengthAt),
    kekRef,
    wrapped: bytes.subarray(wrappedAt, headerEnd),
  };
}

function refused(reason: ParseFailure): ParsedEnvelope {
  return { ok: false, reason };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
