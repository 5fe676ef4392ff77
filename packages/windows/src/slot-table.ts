/**
 * Finds slots by a key of two 32-bit words that their rows hold: open addressing
 * over one array, without an object or a copy of the key per entry. An entry is
 * the slot plus one, and above it eight bits of the key's hash, so that hardly
 * ever a row is looked at that isn't the one; 0 is a free place, `gone` one whose
 * row has been dropped, which a search goes on behind.
 */
export type SlotTable = {
  entries: Int32Array<ArrayBuffer>;
  used: number;
  readonly highOf: (view: DataView, slot: number) => number;
  readonly lowOf: (view: DataView, slot: number) => number;
};

/** Which bits of an entry are the slot; maxRows of record-rows.ts keeps within them. */
const slotBits = 0xff_ffff;
const gone = -1;
const smallestCapacity = 64;

const twoTo32 = 0x1_0000_0000;

/** Mixes a key into 32 bits (the finalizer of MurmurHash3 by Austin Appleby, public domain), since tests and attackers may choose keys that are no hashes. */
function hashOf(high: number, low: number): number {
  let hash = Math.imul(high, 0x9e37_79b1) ^ low;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export const createSlotTable = (expected: number, keys: Pick<SlotTable, 'highOf' | 'lowOf'>): SlotTable => ({
  entries: new Int32Array(Math.max(smallestCapacity, Math.ceil(expected * 1.5))),
  used: 0,
  ...keys,
});

/** Where in the table a search for a hash begins: its share of the whole, so that the capacity can be any number. */
const firstPlace = (table: SlotTable, hash: number): number =>
  Math.floor((hash * table.entries.length) / twoTo32);

const slotOf = (entry: number): number => (entry & slotBits) - 1;

/** A table of the same entries with room for as many again. */
function grow(table: SlotTable, view: DataView): void {
  const live = table.entries.filter((entry) => entry !== 0 && entry !== gone);
  table.entries = new Int32Array(Math.max(smallestCapacity, live.length * 2));
  table.used = 0;
  for (const entry of live) addSlot(table, view, slotOf(entry));
}

/** Adds a slot under the key of its row, beside others of the same key. */
export function addSlot(table: SlotTable, view: DataView, slot: number): void {
  if (table.used * 5 >= table.entries.length * 4) grow(table, view);
  const { entries } = table;
  const hash = hashOf(table.highOf(view, slot), table.lowOf(view, slot));
  let place = firstPlace(table, hash);
  while (entries[place] !== 0) place = place + 1 === entries.length ? 0 : place + 1;
  entries[place] = (hash & ~slotBits) | (slot + 1);
  table.used += 1;
}

/**
 * The place of the next entry with a key, from a place on or from the first one;
 * −1 where there is none. The table must not change between two calls.
 */
export function findPlace(
  table: SlotTable,
  view: DataView,
  high: number,
  low: number,
  behind?: number,
): number {
  const { entries } = table;
  const hash = hashOf(high, low);
  const tag = hash & ~slotBits;
  let place = behind === undefined ? firstPlace(table, hash) : behind + 1;
  for (;;) {
    if (place === entries.length) place = 0;
    const entry = entries[place] as number;
    if (entry === 0) return -1;
    if (entry !== gone && (entry & ~slotBits) === tag) {
      const slot = slotOf(entry);
      if (table.highOf(view, slot) === high && table.lowOf(view, slot) === low) return place;
    }
    place += 1;
  }
}

export const slotAtPlace = (table: SlotTable, place: number): number =>
  slotOf(table.entries[place] as number);

/** Puts another slot of the same key in an entry's place. */
export function replaceAtPlace(table: SlotTable, place: number, slot: number): void {
  table.entries[place] = ((table.entries[place] as number) & ~slotBits) | (slot + 1);
}

/** Forgets the slots below `dropped` and numbers the others from there on. */
export function renumberTable({ entries }: SlotTable, dropped: number): void {
  for (let place = 0; place < entries.length; place += 1) {
    const entry = entries[place] as number;
    if (entry === 0 || entry === gone) continue;
    entries[place] = slotOf(entry) < dropped ? gone : entry - dropped;
  }
}
