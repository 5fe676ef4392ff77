import type { DerivedKeys } from './derive-keys.ts';
import { createLruMap } from './lru-map.ts';

/** What the KMS made of a wrapped DEK: the keys derived from it, or a refusal of its bytes. */
export type UnwrappedDek = { readonly ok: true; readonly keys: DerivedKeys } | { readonly ok: false };

export type DekCacheLimits = {
  /** Entries of both kinds together. */
  readonly maxEntries: number;
  /** How long after it was written a key is used without asking the KMS again. */
  readonly keyLifetimeMs: number;
  /** How long a refused wrapped key stays refused without asking the KMS again. */
  readonly refusalLifetimeMs: number;
};

const defaultDekCacheLimits: DekCacheLimits = {
  maxEntries: 1_000,
  keyLifetimeMs: 10 * 60_000,
  refusalLifetimeMs: 30_000,
};

export type DekCache = {
  /**
   * The cached result, or `load`'s. Callers that ask while it loads share one load.
   * A load that throws is not remembered, so that the next caller asks again.
   */
  resolve(cacheKey: string, load: () => Promise<UnwrappedDek>): Promise<UnwrappedDek>;
  /** Drops every key, and whatever is still loading when it arrives. */
  clear(): void;
  size(): number;
};

type Entry = { readonly dek: UnwrappedDek; readonly expiresAtMs: number };

/**
 * A bounded cache of unwrapped DEKs. Expired entries go at the next write at the
 * latest; the keys are KeyObjects, so a dropped entry leaves no copy behind.
 */
export function createDekCache(options: {
  readonly nowMs: () => number;
  readonly limits?: Partial<DekCacheLimits>;
}): DekCache {
  const limits = { ...defaultDekCacheLimits, ...options.limits };
  const entries = createLruMap<Entry>(limits.maxEntries);
  const loading = new Map<string, Promise<UnwrappedDek>>();

  function write(cacheKey: string, dek: UnwrappedDek): void {
    const now = options.nowMs();
    entries.deleteWhere((entry) => entry.expiresAtMs <= now);
    const lifetimeMs = dek.ok ? limits.keyLifetimeMs : limits.refusalLifetimeMs;
    entries.set(cacheKey, { dek, expiresAtMs: now + lifetimeMs });
  }

  function startLoading(cacheKey: string, load: () => Promise<UnwrappedDek>): Promise<UnwrappedDek> {
    const flight = load()
      .then((dek) => {
        // After clear() the flight is no longer the one in the map, and its key is not kept.
        if (loading.get(cacheKey) === flight) write(cacheKey, dek);
        return dek;
      })
      .finally(() => {
        if (loading.get(cacheKey) === flight) loading.delete(cacheKey);
      });
    loading.set(cacheKey, flight);
    return flight;
  }

  return {
    async resolve(cacheKey, load) {
      const entry = entries.get(cacheKey);
      if (entry !== undefined && options.nowMs() < entry.expiresAtMs) return entry.dek;
      return loading.get(cacheKey) ?? startLoading(cacheKey, load);
    },
    clear() {
      entries.clear();
      loading.clear();
    },
    size: entries.size,
  };
}
