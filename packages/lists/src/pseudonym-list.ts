import type { ListOf } from '@weir/contracts';
import { expiryHourAt, expiryMsOf, prefixAt, readRows } from './list-format.ts';

export type PseudonymList = {
  /** Its name and version. */
  readonly ref: string;
  readonly of: ListOf;
  readonly entries: number;
  /**
   * Whether the pseudonym that begins with these 12 hex digits is on the list at `atMs`; "" is on none.
   * Allocates nothing. Throws TypeError for a text that is no such prefix.
   */
  has(prefixHex: string, atMs: number): boolean;
  /** The first millisecond that the entry doesn't count any more at, Infinity for never; undefined where there is no entry. */
  expiresAtMs(prefixHex: string): number | undefined;
  /** How many entries have expired at `atMs`. Looks at each. */
  expired(atMs: number): number;
};

const prefixDigits = 12;
const prefixes = 2 ** 48;

/** Pseudonyms are uniform, so guessing finds one in some five steps; from here on halving bounds those that are not. */
const maxGuesses = 12;

/**
 * Answers from the bytes of a list as they are: memory is theirs. They must not change any more.
 * Throws WeirError `artefact_unknown` for bytes that are no list.
 */
export function createPseudonymList(ref: string, bytes: Uint8Array): PseudonymList {
  const { view, of, entries } = readRows(bytes);

  /** The row of a prefix; -1 where there is none. */
  function rowOf(prefixHex: string): number {
    if (prefixHex === '') return -1;
    const wanted = prefixIn(prefixHex);
    let low = 0;
    let high = entries;
    let lowest = 0;
    let beyond = prefixes;
    for (let step = 0; low < high; step += 1) {
      const rows = high - low;
      const share = step < maxGuesses ? (wanted - lowest) / (beyond - lowest) : 0.5;
      const row = low + Math.min(Math.floor(share * rows), rows - 1);
      const found = prefixAt(view, row);
      if (found === wanted) return row;
      if (found < wanted) {
        low = row + 1;
        lowest = found + 1;
      } else {
        high = row;
        beyond = found;
      }
    }
    return -1;
  }

  return {
    ref,
    of,
    entries,
    has(prefixHex, atMs) {
      const row = rowOf(prefixHex);
      return row >= 0 && atMs < expiryMsOf(expiryHourAt(view, row));
    },
    expiresAtMs(prefixHex) {
      const row = rowOf(prefixHex);
      return row < 0 ? undefined : expiryMsOf(expiryHourAt(view, row));
    },
    expired(atMs) {
      let count = 0;
      for (let row = 0; row < entries; row += 1) if (atMs >= expiryMsOf(expiryHourAt(view, row))) count += 1;
      return count;
    },
  };
}

/** The number that 12 hex digits stand for. */
function prefixIn(text: string): number {
  if (text.length !== prefixDigits) throw new TypeError('a prefix has 12 hex digits');
  let number = 0;
  for (let index = 0; index < prefixDigits; index += 1)
    number = number * 16 + digitOf(text.charCodeAt(index));
  return number;
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  throw new TypeError('a prefix has 12 hex digits');
}
