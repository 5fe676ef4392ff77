import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { lengthPrefixed } from './length-prefixed.ts';

const minKeyBytes = 32;

/** HMAC-SHA-256 over the length-prefixed fields. Throws processing_failed for ill-formed Unicode. */
export function hmacOf(key: KeyObject, fields: readonly string[]): Buffer {
  if (!fields.every((field) => field.isWellFormed())) {
    throw new WeirError('processing_failed', 'an identifier is not well-formed Unicode');
  }
  return createHmac('sha256', key).update(lengthPrefixed(fields)).digest();
}

/** Throws config_invalid for a key that is not a secret of at least 32 bytes. */
export function requireHmacKey(name: string, key: KeyObject): void {
  if (key.type !== 'secret' || (key.symmetricKeySize ?? 0) < minKeyBytes) {
    throw new WeirError('config_invalid', `the ${name} key is not a secret of at least ${minKeyBytes} bytes`);
  }
}
