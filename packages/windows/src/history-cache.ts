import type { AccountHistory } from './types.ts';

/** Histories by account, the least recently used ones making room. */
export type HistoryCache = {
  /** The history, which is now the one used last; undefined where the cache has none. */
  readonly get: (account: string) => AccountHistory | undefined;
  /** Keeps a history at its present size: set it again once it has grown. */
  readonly set: (account: string, history: AccountHistory) => void;
  readonly drop: (account: string) => void;
  readonly clear: () => void;
  /** The sizes of all histories as of when they were set; never above the bound. */
  readonly sizeBytes: () => number;
};

/**
 * A cache of at most `maxBytes`, going by `sizeBytes` of each history. One that
 * is larger than the bound by itself is not kept.
 *
 * What a step is working on must be held by the step: an account may be evicted
 * by another's `set`, and what has been appended but not stored yet would be
 * missing from a history loaded again.
 */
export function createHistoryCache({ maxBytes }: { readonly maxBytes: number }): HistoryCache {
  const kept = new Map<string, { readonly history: AccountHistory; readonly sizeBytes: number }>();
  let totalBytes = 0;

  const drop = (account: string): void => {
    totalBytes -= kept.get(account)?.sizeBytes ?? 0;
    kept.delete(account);
  };

  return {
    get: (account) => {
      const found = kept.get(account);
      if (found === undefined) return undefined;
      // A Map iterates in order of insertion: putting it in again makes it the youngest.
      kept.delete(account);
      kept.set(account, found);
      return found.history;
    },
    set: (account, history) => {
      drop(account);
      const { sizeBytes } = history;
      kept.set(account, { history, sizeBytes });
      totalBytes += sizeBytes;
      for (const oldest of kept.keys()) {
        if (totalBytes <= maxBytes) break;
        drop(oldest);
      }
    },
    drop,
    clear: () => {
      kept.clear();
      totalBytes = 0;
    },
    sizeBytes: () => totalBytes,
  };
}
