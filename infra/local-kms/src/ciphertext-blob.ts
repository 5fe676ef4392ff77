import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/*
 * magic(4) key id(16) key version(4, big-endian) nonce(12) ciphertext tag(16),
 * AES-256-GCM, the AAD being everything before the nonce and the canonical context.
 */
const magic = Buffer.from('WLK1');
const versionAt = 20;
const nonceAt = 24;
const ciphertextAt = 36;
const tagBytes = 16;

export type BlobHeader = { readonly keyId: string; readonly keyVersion: number };
type Context = Readonly<Record<string, string>>;

/** Encrypts under one version of a key; `keyId` is a UUID, `material` 32 bytes. */
export function sealBlob(
  header: BlobHeader,
  material: Uint8Array,
  plaintext: Uint8Array,
  context: Context,
): Buffer {
  const head = Buffer.alloc(nonceAt);
  magic.copy(head);
  Buffer.from(header.keyId.replaceAll('-', ''), 'hex').copy(head, magic.length);
  head.writeUInt32BE(header.keyVersion, versionAt);
  const nonce = randomBytes(ciphertextAt - nonceAt);
  const cipher = createCipheriv('aes-256-gcm', material, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.concat([head, canonicalContext(context)]));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, nonce, ciphertext, cipher.getAuthTag()]);
}

/** Which key a blob says it is under, not yet authenticated; undefined when it is no blob of ours. */
export function readBlobHeader(blob: Buffer): BlobHeader | undefined {
  if (blob.length < ciphertextAt + tagBytes) return undefined;
  if (!blob.subarray(0, magic.length).equals(magic)) return undefined;
  const hex = blob.toString('hex', magic.length, versionAt);
  const keyId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { keyId, keyVersion: blob.readUInt32BE(versionAt) };
}

/** The plaintext, or undefined when the blob, the key or the context was changed. */
export function openBlob(blob: Buffer, material: Uint8Array, context: Context): Buffer | undefined {
  const tagAt = blob.length - tagBytes;
  const nonce = blob.subarray(nonceAt, ciphertextAt);
  const decipher = createDecipheriv('aes-256-gcm', material, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.concat([blob.subarray(0, nonceAt), canonicalContext(context)]));
  decipher.setAuthTag(blob.subarray(tagAt));
  const plaintext = decipher.update(blob.subarray(ciphertextAt, tagAt));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Sorted by name and length-prefixed, so that two contexts never give the same bytes. */
function canonicalContext(context: Context): Buffer {
  const parts = Object.entries(context)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flat()
    .map((text) => Buffer.from(text));
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
