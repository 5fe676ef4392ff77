import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { hmacOf, requireHmacKey } from './hmac-of.ts';
import { createRecentMap } from './recent-map.ts';

const pseudonymBytes = 16;
/** About 15 MB of memory, in which the accounts of the busiest hours fit. */
const defaultMaxRemembered = 50_000;

/**
 * A function from a canonical account (or other identifier) to its pseudonym,
 * `a<version>_` and the first 16 bytes of HMAC-SHA-256(index key, purpose | tenant |
 * value, each length-prefixed) in base64url. The same value under another purpose
 * or tenant gives an unrelated one. The function throws processing_failed for a
 * string that is not well-formed Unicode, and this factory config_invalid for a key
 * under 32 bytes or a version that is not a positive integer.
 */
export function createPseudonymizer(options: {
  readonly indexKey: KeyObject;
  readonly version: number;
  /** How many pseudonyms are kept to be given again; 0 for values that don't come twice. */
  readonly maxRemembered?: number;
}): (purpose: string, tenant: string, canonicalValue: string) => string {
  requireHmacKey('index', options.indexKey);
  if (!Number.isSafeInteger(options.version) || options.version < 1) {
    throw new WeirError('config_invalid', "the index key's version is not a positive integer");
  }
  const pseudonyms = createRecentMap<string>(options.maxRemembered ?? defaultMaxRemembered);

  return (purpose, tenant, canonicalValue) => {
    // The two lengths make this injective, as the length prefixes do for the HMAC.
    const cacheKey = `${purpose.length}:${tenant.length}:${purpose}${tenant}${canonicalValue}`;
    const known = pseudonyms.get(cacheKey);
    if (known !== undefined) return known;
    const mac = hmacOf(options.indexKey, [purpose, tenant, canonicalValue]);
    const pseudonym = `a${options.version}_${mac.toString('base64url', 0, pseudonymBytes)}`;
    pseudonyms.set(cacheKey, pseudonym);
    return pseudonym;
  };
}
