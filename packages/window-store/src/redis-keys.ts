const safeName = /^[A-Za-z0-9._-]{1,64}$/;

/** Which environment's log a Redis belongs to: one key, outside every partition. */
export function logKey(environment: string): string {
  requireSafe('environment', environment);
  return `weir:${environment}:log`;
}

/**
 * The keys of one partition of one log. They share a hash tag, so that one
 * script may touch them all and a cluster keeps them on one node.
 */
export type PartitionKeys = {
  readonly position: string;
  /** The open segment of an account: a string that grows. */
  readonly head: (account: string) => string;
  /** The full segments of an account: a list, oldest first. */
  readonly full: (account: string) => string;
  /** A glob pattern that matches these keys and no others. */
  readonly pattern: string;
};

export function partitionKeys(logId: string, partition: number): PartitionKeys {
  requireSafe('logId', logId);
  const tag = `weir:{${logId}:${partition}}:`;
  return {
    position: `${tag}p`,
    head: (account) => `${tag}a:${account}`,
    full: (account) => `${tag}s:${account}`,
    pattern: `${tag}*`,
  };
}

/** Keeps braces and glob characters out, which would let keys of one log be taken for another's. */
function requireSafe(name: string, value: string): void {
  if (!safeName.test(value))
    throw new RangeError(`window store: ${name} is not 1–64 of A–Z, a–z, 0–9, ".", "_", "-"`);
}
