import { artefactRef } from '@weir/contracts';

const safeName = /^[A-Za-z0-9._-]{1,64}$/;

/** Which environment's log a Redis belongs to: one key, outside every partition. */
export function logKey(environment: string): string {
  requireSafe('environment', environment);
  return `weir:${environment}:log`;
}

/** Whose windows: of which log, computed by which plan, of which partition. */
export type WindowKeysOf = {
  readonly logId: string;
  /** The window plan's ref, such as `standard@1`. */
  readonly windowSet: string;
  readonly partition: number;
};

/**
 * The keys of one partition of one window set. They share a hash tag, so that
 * one script may touch them all and a cluster keeps them on one node.
 */
export type WindowKeys = {
  readonly position: string;
  /** Never there. A script that names it waits while a cluster moves the partition (see `scriptKeys`). */
  readonly nowhere: string;
  /** A hash of accounts. */
  readonly bucket: (bucket: number) => string;
  /** A string of records that are no longer open. */
  readonly segment: (account: string, index: number) => string;
  /** A glob pattern that matches these keys and no others. */
  readonly pattern: string;
};

/** Throws RangeError for a log id, window set or partition that could reach into another one's keys. */
export function windowKeys({ logId, windowSet, partition }: WindowKeysOf): WindowKeys {
  requireSafe('logId', logId);
  if (!artefactRef.safeParse(windowSet).success)
    throw new RangeError('window store: windowSet is not an artefact ref');
  if (!Number.isSafeInteger(partition) || partition < 0)
    throw new RangeError('window store: partition is not a partition number');
  const prefix = `weir:{${logId}:${partition}}:${windowSet}:`;
  return {
    position: `${prefix}p`,
    nowhere: `${prefix}n`,
    bucket: (bucket) => `${prefix}b:${bucket}`,
    segment: (account, index) => `${prefix}s:${account}:${index}`,
    pattern: `${prefix}*`,
  };
}

/** Keeps braces and glob characters out, which would let keys of one log be taken for another's. */
function requireSafe(name: string, value: string): void {
  if (!safeName.test(value))
    throw new RangeError(`window store: ${name} is not 1–64 of A–Z, a–z, 0–9, ".", "_", "-"`);
}
