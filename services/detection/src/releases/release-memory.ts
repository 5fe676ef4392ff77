import { hash } from 'node:crypto';
import { streams, WeirError } from '@weir/contracts';
import type { ReleaseClaim } from './read-release.ts';

/** So many claims of one partition are remembered, some 150 bytes each; people approve a few thousand a quarter. */
const mostClaims = 200_000;

/**
 * What a partition of releases has said so far: the first record that claims a
 * held transaction decides about it, every later one with the same claim is
 * dropped. Who asked and who approved are no part of a claim, so two requests
 * for one transaction are the same.
 */
export type ReleaseMemory = {
  has(claim: ReleaseClaim): boolean;
  /** Throws WeirError releases_overflow where there are more than can be kept in mind: forgetting one could release twice. */
  add(claim: ReleaseClaim): void;
};

export function createReleaseMemory(partition: number, most = mostClaims): ReleaseMemory {
  const claims = new Set<string>();
  return {
    has: (claim) => claims.has(digestOf(claim)),
    add(claim) {
      claims.add(digestOf(claim));
      if (claims.size > most)
        throw new WeirError(
          'releases_overflow',
          `${streams.releases.topic}-${partition} holds more than ${most} releases`,
        );
    },
  };
}

/** All that a held record decides a release by: exactly one such claim about it can be true. */
const digestOf = ({ account, release }: ReleaseClaim): string =>
  hash(
    'sha256',
    JSON.stringify([
      ...[account, release.tenant, release.transactionIdentity],
      ...[release.sourcePartition, release.sourceOffset, release.heldOffset],
    ]),
    'base64url',
  );
