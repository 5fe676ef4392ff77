import { WeirError } from '@weir/contracts';
import {
  expiryHourAt,
  expiryMsOf,
  finishList,
  maxEntries,
  prefixAt,
  readRows,
  roomFor,
  viewOf,
  writeRow,
  type ListRows,
} from './list-format.ts';

/** What came of changing a list, in entries. */
export type ChangedList = {
  readonly bytes: Uint8Array;
  readonly entries: number;
  /** New ones. */
  readonly added: number;
  /** Those that were there and expire later now. */
  readonly extended: number;
  readonly removed: number;
  /** Those that had expired and were left out. */
  readonly expired: number;
};

/**
 * The entries of both, with the later expiry where one is in both; those of `base` that have expired at
 * `atMs` are left out. Throws WeirError `config_invalid` where that is more than a list may have, or the
 * two are not of the same kind.
 */
export const mergeLists = (base: Uint8Array, added: Uint8Array, atMs: number): ChangedList =>
  combine(readRows(base), readRows(added), atMs, 'add');

/** The entries of `base` that are not in `removed`, whenever those expire, and have not expired at `atMs`. */
export const removeEntries = (base: Uint8Array, removed: Uint8Array, atMs: number): ChangedList =>
  combine(readRows(base), readRows(removed), atMs, 'remove');

/** Both are in order, so one walk along them is enough. */
function combine(base: ListRows, other: ListRows, atMs: number, act: 'add' | 'remove'): ChangedList {
  if (base.of !== other.of)
    throw new WeirError('config_invalid', `a list of ${base.of} pseudonyms has no entries of ${other.of}`);
  const bytes = roomFor(base.entries + (act === 'add' ? other.entries : 0));
  const view = viewOf(bytes);
  const counts = { added: 0, extended: 0, removed: 0, expired: 0 };
  let entries = 0;
  let mine = 0;
  let theirs = 0;
  while (mine < base.entries || theirs < other.entries) {
    const here = mine < base.entries ? prefixAt(base.view, mine) : Infinity;
    const there = theirs < other.entries ? prefixAt(other.view, theirs) : Infinity;
    const before = here <= there ? expiryHourAt(base.view, mine) : undefined;
    const after = there <= here ? expiryHourAt(other.view, theirs) : undefined;
    if (before !== undefined) mine += 1;
    if (after !== undefined) theirs += 1;
    const hour = act === 'add' ? added(before, after, atMs, counts) : kept(before, after, atMs, counts);
    if (hour === undefined) continue;
    writeRow(view, entries, Math.min(here, there), hour);
    entries += 1;
  }
  if (entries > maxEntries)
    throw new WeirError('config_invalid', `a list has at most ${maxEntries} entries, and these are more`);
  return { bytes: finishList(bytes, base.of, entries), entries, ...counts };
}

type Counts = { added: number; extended: number; removed: number; expired: number };

/** The hour an entry has then; undefined where there is none. */
function added(
  before: number | undefined,
  after: number | undefined,
  atMs: number,
  counts: Counts,
): number | undefined {
  if (after === undefined) return unlessExpired(before, atMs, counts);
  if (before === undefined) counts.added += 1;
  else if (after > before) counts.extended += 1;
  return Math.max(before ?? 0, after);
}

function kept(
  before: number | undefined,
  after: number | undefined,
  atMs: number,
  counts: Counts,
): number | undefined {
  if (before !== undefined && after !== undefined) counts.removed += 1;
  return after === undefined ? unlessExpired(before, atMs, counts) : undefined;
}

function unlessExpired(hour: number | undefined, atMs: number, counts: Counts): number | undefined {
  if (hour === undefined || atMs < expiryMsOf(hour)) return hour;
  counts.expired += 1;
  return undefined;
}
