import { randomFillSync } from 'node:crypto';
import { nonceBytes } from './envelope-format.ts';

/** 682 nonces of 12 bytes, just under 8 KB: one call to the generator instead of 682. */
const poolBytes = 682 * nonceBytes;

/**
 * Gives random 96-bit nonces, each once. The returned view is overwritten when the
 * pool is next filled, so the caller copies it before asking for another.
 */
export function createNoncePool(): () => Buffer {
  const pool = Buffer.alloc(poolBytes);
  let at = poolBytes;
  return () => {
    if (at === poolBytes) {
      randomFillSync(pool);
      at = 0;
    }
    at += nonceBytes;
    return pool.subarray(at - nonceBytes, at);
  };
}
