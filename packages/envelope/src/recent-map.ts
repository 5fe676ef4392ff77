export type RecentMap<V> = {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
};

/**
 * A map of at most `maxEntries` that keeps at least the half of them used last.
 *
 * It forgets a whole generation at once instead of the one entry used longest
 * ago: keeping an exact order takes a deletion and an insertion at every look,
 * which cost more than what is remembered here saves on the HMAC.
 */
export function createRecentMap<V>(maxEntries: number): RecentMap<V> {
  const generationEntries = Math.floor(maxEntries / 2);
  let young = new Map<string, V>();
  let old = new Map<string, V>();

  function set(key: string, value: V): void {
    if (generationEntries === 0) return;
    if (young.size >= generationEntries) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const earlier = old.get(key);
      if (earlier !== undefined) set(key, earlier);
      return earlier;
    },
    set,
  };
}
