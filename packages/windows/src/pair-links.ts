import { isBefore, counterpartyHighOf, counterpartyLowOf, groupOfRow } from './record-rows.ts';
import {
  addSlot,
  createSlotTable,
  findPlace,
  renumberTable,
  replaceAtPlace,
  slotAtPlace,
} from './slot-table.ts';
import type { SlotTable } from './slot-table.ts';
import { slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';

/** Where a link leads to no record. */
const none = -1;
/** The links of a record without a counterparty. */
export const nobody = -2;
/** The links of a record that has been taken out. */
const takenOut = -3;

/**
 * Links the records of each pair, which is a counterparty in one group, in the
 * order they happened. A window knows by them whether a record is the only one
 * of its pair in it: no count per counterparty has to be kept for each span.
 */
export type PairLinks = {
  previous: Int32Array<ArrayBuffer>;
  next: Int32Array<ArrayBuffer>;
  /** The latest record of each pair. */
  readonly latest: SlotTable;
};

/** The key of a pair in two words: the group and the counterparty's first 16 bits, and its last 32. */
export const pairHigh = (group: number, counterpartyHigh: number): number => (group << 16) | counterpartyHigh;

const pairKeys = {
  highOf: (view: DataView, slot: number) => pairHigh(groupOfRow(view, slot), counterpartyHighOf(view, slot)),
  lowOf: counterpartyLowOf,
};

export const createPairLinks = (capacity: number): PairLinks => ({
  previous: new Int32Array(capacity),
  next: new Int32Array(capacity),
  latest: createSlotTable(0, pairKeys),
});

export const previousOf = (links: PairLinks, slot: number): number => links.previous[slot] as number;
export const nextOf = (links: PairLinks, slot: number): number => links.next[slot] as number;

/** Makes room for the links of as many records as the rows have room for. */
export function resizeLinks(links: PairLinks, capacity: number): void {
  const bytes = capacity * Int32Array.BYTES_PER_ELEMENT;
  links.previous = new Int32Array(links.previous.buffer.transfer(bytes));
  links.next = new Int32Array(links.next.buffer.transfer(bytes));
}

function setLinks(links: PairLinks, slot: number, previous: number, next: number): void {
  links.previous[slot] = previous;
  links.next[slot] = next;
  if (previous >= 0) links.next[previous] = slot;
  if (next >= 0) links.previous[next] = slot;
}

/** The latest record of a pair; `none` where it has none. */
export function latestOf(links: PairLinks, view: DataView, high: number, low: number): number {
  const place = findPlace(links.latest, view, high, low);
  if (place < 0) return none;
  const slot = slotAtPlace(links.latest, place);
  return previousOf(links, slot) === takenOut ? none : slot;
}

/** Links a record that stands at a position of its group's line. */
export function link(links: PairLinks, view: DataView, line: EventTimeLine, position: number): void {
  const slot = slotAt(line, position);
  const low = counterpartyLowOf(view, slot);
  const counterpartyHigh = counterpartyHighOf(view, slot);
  if (low === 0 && counterpartyHigh === 0) {
    setLinks(links, slot, nobody, nobody);
    return;
  }
  const place = findPlace(links.latest, view, pairHigh(groupOfRow(view, slot), counterpartyHigh), low);
  if (place < 0) {
    setLinks(links, slot, none, none);
    addSlot(links.latest, view, slot);
    return;
  }
  const latest = slotAtPlace(links.latest, place);
  if (previousOf(links, latest) === takenOut) {
    setLinks(links, slot, none, none);
    replaceAtPlace(links.latest, place, slot);
  } else if (isBefore(view, latest, slot)) {
    setLinks(links, slot, latest, none);
    replaceAtPlace(links.latest, place, slot);
  } else {
    const next = nextOfPair(links, view, line, position, latest);
    setLinks(links, slot, previousOf(links, next), next);
  }
}

/**
 * The first record of a late one's pair that happened after it. Two ways lead
 * there: back along the pair from its latest record, and onward along the line.
 * Both are gone at once: the one is short where the pair is rare, the other
 * where it is not.
 */
function nextOfPair(
  links: PairLinks,
  view: DataView,
  line: EventTimeLine,
  position: number,
  latest: number,
): number {
  const slot = slotAt(line, position);
  const low = counterpartyLowOf(view, slot);
  const high = counterpartyHighOf(view, slot);
  let onPair = latest;
  for (let ahead = position + 1; ; ahead += 1) {
    const onLine = slotAt(line, ahead);
    if (counterpartyLowOf(view, onLine) === low && counterpartyHighOf(view, onLine) === high) return onLine;
    const before = previousOf(links, onPair);
    if (before < 0 || isBefore(view, before, slot)) return onPair;
    onPair = before;
  }
}

/** Takes a record out of its pair. */
export function unlink(links: PairLinks, view: DataView, slot: number): void {
  const previous = previousOf(links, slot);
  const next = nextOf(links, slot);
  if (previous === nobody) return;
  if (previous >= 0) links.next[previous] = next;
  if (next >= 0) {
    links.previous[next] = previous;
  } else if (previous >= 0) {
    const place = findPlace(links.latest, view, pairKeys.highOf(view, slot), pairKeys.lowOf(view, slot));
    replaceAtPlace(links.latest, place, previous);
  }
  links.previous[slot] = takenOut;
  links.next[slot] = takenOut;
}

/** Forgets the first `dropped` of so many records and numbers the others from there on. */
export function renumberLinks(links: PairLinks, count: number, dropped: number): void {
  for (const column of [links.previous, links.next]) {
    column.copyWithin(0, dropped, count);
    for (let slot = 0; slot < count - dropped; slot += 1) {
      const linked = column[slot] as number;
      if (linked >= 0) column[slot] = linked < dropped ? none : linked - dropped;
    }
  }
  renumberTable(links.latest, dropped);
}

/** What the links take in memory, in bytes. */
export const linksBytes = (links: PairLinks): number =>
  links.previous.byteLength + links.next.byteLength + links.latest.entries.byteLength;
