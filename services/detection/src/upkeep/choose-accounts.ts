import { hash } from 'node:crypto';

/** A number that is as good as random for an account, and the same for the same seed. Below 2^48. */
export const rankOf = (seed: string, account: string): number =>
  hash('sha256', `${seed}|${account}`, 'buffer').readUIntBE(0, 6);

/**
 * Chooses `count` of the accounts it is shown, however often each is shown: those
 * with the lowest rank. The order doesn't matter, and it keeps no others.
 */
export function createChoice(
  seed: string,
  count: number,
): {
  show(account: string): void;
  chosen(): ReadonlySet<string>;
} {
  const kept = new Map<string, number>();
  let highest = -1;
  const findHighest = (): number => Math.max(-1, ...kept.values());
  return {
    show(account) {
      if (kept.has(account)) return;
      const rank = rankOf(seed, account);
      if (kept.size >= count) {
        if (rank >= highest) return;
        for (const [other, otherRank] of kept) if (otherRank === highest) kept.delete(other);
      }
      kept.set(account, rank);
      highest = findHighest();
    },
    chosen: () => new Set(kept.keys()),
  };
}
