import { bucketCount } from './limits.ts';

/**
 * In which bucket of its partition an account lies, 0 ≤ n < 4,096: the 32-bit
 * FNV-1a hash of its pseudonym (G. Fowler, L. C. Noll, K.-P. Vo), modulo. It is
 * part of the stored layout and never changes.
 */
export function bucketOf(account: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < account.length; at += 1) {
    hash = Math.imul(hash ^ account.charCodeAt(at), 0x0100_0193);
  }
  return (hash >>> 0) % bucketCount;
}
