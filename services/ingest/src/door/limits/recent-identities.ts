import { doorLimits } from './door-limits.ts';

/** The content of transactions that were offered lately, by their identity. */
export type RecentIdentities = {
  /** Remembers the content of an identity, or says that another one is remembered. */
  readonly meet: (identity: string, contentDigest: string) => 'new' | 'same' | 'conflict';
  /** Forgets what didn't come into the log. */
  readonly forget: (identity: string, contentDigest: string) => void;
};

/**
 * A bounded memory: the oldest make room, and nothing is kept across a restart.
 * It spares a sender most verdicts "rejected"; detection is the judge.
 */
export function createRecentIdentities(nowMs: () => number): RecentIdentities {
  const { maxIdentities, identityMs } = doorLimits;
  const known = new Map<string, { readonly digest: string; readonly atMs: number }>();

  return {
    meet(identity, digest) {
      const earlier = known.get(identity);
      const isFresh = earlier !== undefined && nowMs() - earlier.atMs < identityMs;
      if (isFresh && earlier.digest !== digest) return 'conflict';
      known.delete(identity);
      known.set(identity, { digest, atMs: nowMs() });
      if (known.size > maxIdentities) known.delete(known.keys().next().value as string);
      return isFresh ? 'same' : 'new';
    },
    forget(identity, digest) {
      if (known.get(identity)?.digest === digest) known.delete(identity);
    },
  };
}
