import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { hmacOf, requireHmacKey } from './hmac-of.ts';
import { createRecentMap } from './recent-map.ts';

/** 48 bits: the most that readUIntBE gives exactly. The bias of `mod` is below 2^-32 for any real N. */
const routedBytes = 6;

/** As many as there are pseudonyms of accounts kept: most accounts come again, and the HMAC costs ten times the look. */
const maxRemembered = 50_000;

/**
 * A function from an account to its partition, from 0 to partitionCount - 1: the
 * first 48 bits, big-endian, of HMAC-SHA-256(routing key, tenant | account, each
 * length-prefixed), modulo partitionCount. Keyed, so that nobody outside can aim
 * accounts at one partition. It throws processing_failed for a string that is not
 * well-formed Unicode, and this factory config_invalid for a key under 32 bytes or
 * a count that is not a positive integer.
 */
export function createPartitioner(options: {
  readonly routingKey: KeyObject;
  readonly partitionCount: number;
}): (tenant: string, canonicalAccount: string) => number {
  const { routingKey, partitionCount } = options;
  requireHmacKey('routing', routingKey);
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw new WeirError('config_invalid', 'the partition count is not a positive integer');
  }
  const partitions = createRecentMap<number>(maxRemembered);
  return (tenant, canonicalAccount) => {
    // The length makes this injective, as the length prefixes do for the HMAC.
    const cacheKey = `${tenant.length}:${tenant}${canonicalAccount}`;
    const known = partitions.get(cacheKey);
    if (known !== undefined) return known;
    const mac = hmacOf(routingKey, [tenant, canonicalAccount]);
    const partition = mac.readUIntBE(0, routedBytes) % partitionCount;
    partitions.set(cacheKey, partition);
    return partition;
  };
}
