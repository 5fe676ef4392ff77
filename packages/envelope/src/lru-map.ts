export type LruMap<V> = {
  /** The value, which becomes the most recently used. */
  get(key: string): V | undefined;
  /** Stores the value as the most recently used, evicting the least when full. */
  set(key: string, value: V): void;
  deleteWhere(predicate: (value: V) => boolean): void;
  clear(): void;
  size(): number;
};

/** A map of at most `maxEntries`, least recently used out first. */
export function createLruMap<V>(maxEntries: number): LruMap<V> {
  // A Map iterates in insertion order, so inserting again on use keeps the oldest first.
  const entries = new Map<string, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= maxEntries) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
    deleteWhere(predicate) {
      for (const [key, value] of entries) if (predicate(value)) entries.delete(key);
    },
    clear: () => entries.clear(),
    size: () => entries.size,
  };
}
