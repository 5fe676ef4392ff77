import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { deriveKeys } from './derive-keys.ts';
import { encodeHeader, tagBytes } from './envelope-format.ts';
import type { Envelope } from './envelope-format.ts';
import { encodeAad } from './seal-context.ts';
import type { SealContext } from './seal-context.ts';

const cipherName = 'aes-256-gcm';
// Without it Node accepts a tag of four bytes, which can be guessed.
const cipherOptions = { authTagLength: tagBytes };

/**
 * Seals one record under a DEK whose header is already encoded. Pure: the nonce is
 * an argument, and using one twice under a key gives both plaintexts away.
 */
export function sealRecord(of: {
  readonly header: Uint8Array;
  readonly encryptionKey: KeyObject;
  readonly nonce: Uint8Array;
  readonly context: SealContext;
  readonly plaintext: Uint8Array;
}): Buffer {
  const cipher = createCipheriv(cipherName, of.encryptionKey, of.nonce, cipherOptions);
  cipher.setAAD(encodeAad(of.header, of.context));
  const ciphertext = cipher.update(of.plaintext);
  cipher.final();
  return Buffer.concat([of.header, of.nonce, ciphertext, cipher.getAuthTag()]);
}

/** Opens one record, or gives undefined when its tag does not fit key, header and context. */
export function openRecord(
  envelope: Envelope,
  encryptionKey: KeyObject,
  context: SealContext,
): Buffer | undefined {
  const decipher = createDecipheriv(cipherName, encryptionKey, envelope.nonce, cipherOptions);
  decipher.setAAD(encodeAad(envelope.header, context));
  decipher.setAuthTag(envelope.tag);
  const plaintext = decipher.update(envelope.ciphertext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    // final() is where GCM compares the tag; it has no other way to fail.
    return undefined;
  }
}

/**
 * Seals one record from its raw parts, deriving the keys anew: the stored format
 * as one pure function, for the literal-byte vectors.
 */
export function sealWith(of: {
  readonly dataKey: KeyObject;
  readonly dekId: Uint8Array;
  readonly kekRef: string;
  readonly wrapped: Uint8Array;
  readonly nonce: Uint8Array;
  readonly context: SealContext;
  readonly plaintext: Uint8Array;
}): Buffer {
  const { encryptionKey, commitment } = deriveKeys(of.dataKey, of.dekId);
  const header = encodeHeader({ ...of, commitment });
  return sealRecord({ ...of, header, encryptionKey });
}
