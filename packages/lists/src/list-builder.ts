import { WeirError, type ListOf } from '@weir/contracts';
import {
  entryBytes,
  expiryHourAt,
  expiryHourOf,
  finishList,
  headerBytes,
  maxEntries,
  prefixAt,
  prefixBytes,
  roomFor,
  viewOf,
  writeRow,
} from './list-format.ts';

export type ListBuilder = {
  /**
   * Adds the pseudonym that begins with these 6 bytes; `expiresAtMs` is Infinity for never. Added twice, it
   * counts once, with the later expiry. Throws WeirError `config_invalid` where more are added than a list may have.
   */
  add(prefix: Uint8Array, expiresAtMs: number): void;
  /** How many were added, the same ones counted again. */
  added(): number;
  /** The bytes of the list. The builder is empty then. */
  build(): Uint8Array;
};

/** Entries wait in blocks of about 2.5 MB, so that growing copies nothing. */
const rowsPerBlock = 262_144;

/** A pass of the sort looks at two bytes. */
const digits = 65_536;

/** Where in an entry the three digits of a prefix stand, the least significant first. */
const digitBytes = [4, 2, 0] as const;

/**
 * Makes the bytes of a list from entries in any order. Memory is 10 bytes for each one added, twice that
 * while it sorts; time is linear, whatever the prefixes are.
 */
export function createListBuilder(of: ListOf): ListBuilder {
  let blocks: DataView[] = [];
  let count = 0;

  return {
    add(prefix, expiresAtMs) {
      if (count >= maxEntries)
        throw new WeirError('config_invalid', `a list has at most ${maxEntries} entries, and these are more`);
      const row = count % rowsPerBlock;
      if (row === 0) blocks.push(viewOf(roomFor(rowsPerBlock)));
      const block = blocks.at(-1) as DataView;
      let number = 0;
      for (let index = 0; index < prefixBytes; index += 1) number = number * 256 + (prefix[index] as number);
      writeRow(block, row, number, expiryHourOf(expiresAtMs));
      count += 1;
    },
    added: () => count,
    build() {
      const from = blocks;
      const total = count;
      blocks = [];
      count = 0;
      const sorted = sortRows(from, total);
      return finishList(sorted, of, mergeRepeated(viewOf(sorted), total));
    },
  };
}

/** A radix sort from the least significant digit on, which leaves its input and allocates twice the rows. */
function sortRows(blocks: DataView[], count: number): Uint8Array {
  let target = roomFor(count);
  let spare: Uint8Array | undefined;
  let from: readonly DataView[] = blocks;
  for (const digitByte of digitBytes) {
    scatter(from, count, viewOf(target), digitByte);
    // From here on the blocks are not needed, and two buffers take turns.
    blocks.length = 0;
    from = [viewOf(target)];
    const next = spare ?? roomFor(count);
    spare = target;
    target = next;
  }
  return spare as Uint8Array;
}

function scatter(from: readonly DataView[], count: number, to: DataView, digitByte: number): void {
  const places = new Uint32Array(digits);
  eachRow(from, count, (view, at) => {
    const digit = view.getUint16(at + digitByte);
    places[digit] = (places[digit] as number) + 1;
  });
  let place = 0;
  for (let digit = 0; digit < digits; digit += 1) {
    const rows = places[digit] as number;
    places[digit] = place;
    place += rows;
  }
  eachRow(from, count, (view, at) => {
    const digit = view.getUint16(at + digitByte);
    const row = places[digit] as number;
    places[digit] = row + 1;
    const target = headerBytes + row * entryBytes;
    to.setUint16(target, view.getUint16(at));
    to.setUint32(target + 2, view.getUint32(at + 2));
    to.setUint32(target + 6, view.getUint32(at + 6));
  });
}

/** Calls back with the byte each row begins at, over blocks or one buffer of all. */
function eachRow(
  from: readonly DataView[],
  count: number,
  onRow: (view: DataView, at: number) => void,
): void {
  let left = count;
  for (const view of from) {
    const rows = Math.min(left, Math.floor((view.byteLength - headerBytes) / entryBytes));
    for (let row = 0; row < rows; row += 1) onRow(view, headerBytes + row * entryBytes);
    left -= rows;
  }
}

/** Leaves one row of each prefix, with the latest expiry. Gives how many are left. */
function mergeRepeated(view: DataView, count: number): number {
  let kept = 0;
  for (let row = 0; row < count; row += 1) {
    const prefix = prefixAt(view, row);
    const hour = expiryHourAt(view, row);
    if (kept > 0 && prefixAt(view, kept - 1) === prefix) {
      if (hour > expiryHourAt(view, kept - 1)) writeRow(view, kept - 1, prefix, hour);
    } else {
      writeRow(view, kept, prefix, hour);
      kept += 1;
    }
  }
  return kept;
}
