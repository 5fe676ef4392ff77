import type { AccountHistory } from './types.ts';

/**
 * Histories by account, those used longest ago making room. Several caches can
 * share one bound, so that a busy partition may have what an idle one doesn't use.
 */
export type HistoryCache = {
  /** The history, which is now the one used last; undefined where the cache has none. */
  readonly get: (account: string) => AccountHistory | undefined;
  /** Keeps a history at its present size: set it again once it has grown. */
  readonly set: (account: string, history: AccountHistory) => void;
  readonly drop: (account: string) => void;
  /**
   * Drops all accounts of this cache, and none of those it shares its bound with. It keeps none from
   * then on: whoever still works with it would fill it up again for nobody.
   */
  readonly close: () => void;
  /** Another cache, empty, of other accounts within the same bound. */
  readonly share: () => HistoryCache;
  /** The sizes of all histories within the bound, as of when they were set or put to rest, and of keeping them. */
  readonly sizeBytes: () => number;
};

/** What keeping a history takes: its entry, its place in a map and its account's name. Measured on Node 24. */
const entryBytes = 200;

/**
 * So many histories, those used last, stay as they are; the ones used longer ago are put to rest. To wake one
 * and put another to rest for each transaction costs a seventh of all that detection does, so there are to be
 * more awake than accounts that are busy at the same time; each takes half a kilobyte more than at rest.
 */
const awakeHistories = 24_576;

/** An entry hangs between the ones used just before and after it: to use it again moves it, whatever there is. */
type Entry = {
  readonly account: string;
  readonly entries: Map<string, Entry>;
  readonly history: AccountHistory;
  sizeBytes: number;
  awake: boolean;
  older: Entry | undefined;
  newer: Entry | undefined;
};

/** The entries of all caches of one bound, from the one used longest ago to the one used last. */
type Bound = {
  readonly maxBytes: number;
  totalBytes: number;
  oldest: Entry | undefined;
  newest: Entry | undefined;
  /** The oldest of those that are awake, which all those behind it are too; and how many they are. */
  oldestAwake: Entry | undefined;
  awake: number;
};

function unhook(bound: Bound, entry: Entry): void {
  const { older, newer } = entry;
  if (older === undefined) bound.oldest = newer;
  else older.newer = newer;
  if (newer === undefined) bound.newest = older;
  else newer.older = older;
  if (bound.oldestAwake === entry) bound.oldestAwake = newer;
  if (entry.awake) bound.awake -= 1;
}

function hookAsNewest(bound: Bound, entry: Entry): void {
  entry.older = bound.newest;
  entry.newer = undefined;
  if (bound.newest === undefined) bound.oldest = entry;
  else bound.newest.newer = entry;
  bound.newest = entry;
  entry.awake = true;
  bound.oldestAwake ??= entry;
  bound.awake += 1;
  if (bound.awake > awakeHistories) putOldestToRest(bound, bound.oldestAwake);
}

function putOldestToRest(bound: Bound, entry: Entry): void {
  entry.history.rest();
  entry.awake = false;
  bound.awake -= 1;
  bound.oldestAwake = entry.newer;
  const sizeBytes = sizeOf(entry.history);
  bound.totalBytes += sizeBytes - entry.sizeBytes;
  entry.sizeBytes = sizeBytes;
}

const sizeOf = (history: AccountHistory): number => entryBytes + history.sizeBytes;

function remove(bound: Bound, entry: Entry): void {
  unhook(bound, entry);
  entry.entries.delete(entry.account);
  bound.totalBytes -= entry.sizeBytes;
}

/** The account used last stays even where it alone is beyond the bound. */
function makeRoom(bound: Bound): void {
  while (bound.totalBytes > bound.maxBytes && bound.oldest !== undefined && bound.oldest !== bound.newest)
    remove(bound, bound.oldest);
}

function openCache(bound: Bound): HistoryCache {
  const entries = new Map<string, Entry>();
  let isClosed = false;
  const drop = (account: string): void => {
    const entry = entries.get(account);
    if (entry !== undefined) remove(bound, entry);
  };
  return {
    get: (account) => {
      const entry = entries.get(account);
      if (entry === undefined) return undefined;
      unhook(bound, entry);
      hookAsNewest(bound, entry);
      return entry.history;
    },
    set: (account, history) => {
      drop(account);
      if (isClosed) return;
      const sizeBytes = sizeOf(history);
      const entry = { account, entries, history, sizeBytes, awake: true, older: undefined, newer: undefined };
      entries.set(account, entry);
      bound.totalBytes += sizeBytes;
      hookAsNewest(bound, entry);
      makeRoom(bound);
    },
    drop,
    close: () => {
      isClosed = true;
      for (const entry of entries.values()) remove(bound, entry);
    },
    share: () => openCache(bound),
    sizeBytes: () => bound.totalBytes,
  };
}

/**
 * A cache of at most `maxBytes`, going by `sizeBytes` of each history, with
 * everything it shares that bound with. Only the account used last may go beyond
 * it: a hot account larger than the bound would else be read from the store and
 * indexed again for every batch.
 *
 * What a step is working on must be held by the step: an account may be evicted
 * by another's `set`, and what has been appended but not stored yet would be
 * missing from a history loaded again.
 */
export const createHistoryCache = ({ maxBytes }: { readonly maxBytes: number }): HistoryCache =>
  openCache({
    maxBytes,
    totalBytes: 0,
    oldest: undefined,
    newest: undefined,
    oldestAwake: undefined,
    awake: 0,
  });
