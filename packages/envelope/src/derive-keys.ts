import { createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { commitmentBytes } from './envelope-format.ts';

const dataKeyBytes = 32;

/** The key that encrypts records, and the public value that commits a header to it. */
export type DerivedKeys = { readonly encryptionKey: KeyObject; readonly commitment: Buffer };

/** Whether a key is what a data key must be: 32 secret bytes. */
export function isDataKey(key: KeyObject): boolean {
  return key.type === 'secret' && key.symmetricKeySize === dataKeyBytes;
}

/**
 * HKDF-SHA256 (RFC 5869) of the data key with the dekId as salt, once with info
 * "enc" and once with "commit". AES-GCM alone lets one ciphertext open under two
 * keys; the commitment in the header rules the second one out.
 */
export function deriveKeys(dataKey: KeyObject, dekId: Uint8Array): DerivedKeys {
  const encryption = new Uint8Array(hkdfSync('sha256', dataKey, dekId, 'enc', dataKeyBytes));
  const encryptionKey = createSecretKey(encryption);
  encryption.fill(0);
  return {
    encryptionKey,
    commitment: Buffer.from(hkdfSync('sha256', dataKey, dekId, 'commit', commitmentBytes)),
  };
}
