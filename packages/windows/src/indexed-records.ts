import { countBefore, countUpTo, insertAt, slotAt } from './event-time-line.ts';
import {
  createPairLinks,
  link,
  linksBytes,
  pairHigh,
  renumberLinks,
  resizeLinks,
  unlink,
} from './pair-links.ts';
import type { PairLinks } from './pair-links.ts';
import { groupCount } from './record-format.ts';
import {
  afterMsOf,
  capacityOf,
  counterpartyHighOf,
  counterpartyLowOf,
  dropFirst,
  eventTimeMsOf,
  groupOfRow,
  identityHighOf,
  identityLowOf,
  isBefore,
  observedAtSecondsOf,
  originOf,
  resize,
} from './record-rows.ts';
import type { OriginKind, RecordRows } from './record-rows.ts';
import { addSlot, createSlotTable, renumberTable } from './slot-table.ts';
import type { SlotTable } from './slot-table.ts';
import type { WindowPlan } from './types.ts';
import { rememberedAtMs } from './visibility.ts';
import { createWindowedLine, lineBytes, renumberLine, takeIn, takeOut, widenAll } from './windowed-line.ts';
import type { WindowedGround, WindowedLine } from './windowed-line.ts';

/**
 * Indexes over the rows of a large account, so that what is asked in order costs
 * the same whatever its history. All of it follows from the rows: it is built
 * when an account has grown large or is loaded, and anew when rows are dropped.
 */
export type IndexedRecords = {
  readonly rows: RecordRows;
  readonly links: PairLinks;
  readonly identities: SlotTable;
  /** The visible records by group, and old ones before them that no query reaches. */
  readonly lines: Map<number, WindowedLine>;
  /** Those of a counterparty that has many in one group, from the first query for it on. */
  readonly pairLines: Map<string, WindowedLine>;
  /** A pair with more records than this to walk over gets a line; fewer are walked each time. */
  readonly walkedRecords: number;
  /** When the latest record of each country and channel happened, by originKey. */
  readonly latestByOrigin: Map<number, number>;
  /** The slots of records that claim a time beyond the one they are remembered until, by the latter. */
  readonly ahead: number[];
  /** When the latest of all records happened. */
  latestMs: number;
  outOfOrderQueries: number;
};

const identityKeys = { highOf: identityHighOf, lowOf: identityLowOf };

/** Countries have numbers below 2^10, so that both kinds fit one map. */
export const originKey = (kind: OriginKind, number: number): number =>
  kind === 'country' ? number : number * 0x400;

export const pairKey = (high: number, low: number): string => `${high}:${low}`;

/** The ground of a line of these records. Good until a row is added. */
export const groundOf = ({ rows, links }: IndexedRecords, line: WindowedLine): WindowedGround => ({
  line,
  view: rows.view,
  links,
});

/** Builds the indexes of rows that are all visible. */
export function indexRecords(rows: RecordRows, plan: WindowPlan, walkedRecords: number): IndexedRecords {
  const { view, count } = rows;
  const index: IndexedRecords = {
    rows,
    links: createPairLinks(capacityOf(rows)),
    identities: createSlotTable(count, identityKeys),
    lines: new Map(),
    pairLines: new Map(),
    walkedRecords,
    latestByOrigin: new Map(),
    ahead: [],
    latestMs: -Infinity,
    outOfOrderQueries: 0,
  };
  for (const [group, slots] of slotsByGroup(rows)) {
    const line = createWindowedLine(slots, plan);
    index.lines.set(group, line);
    for (let position = 0; position < line.count; position += 1) link(index.links, view, line, position);
  }
  for (let slot = 0; slot < count; slot += 1) note(index, plan, slot);
  return index;
}

/** The slots of each group in the order their records happened. */
function slotsByGroup({ view, count }: RecordRows): ReadonlyMap<number, Int32Array<ArrayBuffer>> {
  const counts = new Int32Array(groupCount);
  for (let slot = 0; slot < count; slot += 1) {
    const group = groupOfRow(view, slot);
    counts[group] = (counts[group] as number) + 1;
  }
  const groups = new Map<number, Int32Array<ArrayBuffer>>();
  // From the last row back, each group's slots fill from their end, and its count says where.
  for (let slot = count - 1; slot >= 0; slot -= 1) {
    const group = groupOfRow(view, slot);
    const left = counts[group] as number;
    let slots = groups.get(group);
    if (slots === undefined) {
      slots = new Int32Array(left);
      groups.set(group, slots);
    }
    slots[left - 1] = slot;
    counts[group] = left - 1;
  }
  for (const slots of groups.values()) sortByEventTime(view, slots);
  return groups;
}

function sortByEventTime(view: DataView, slots: Int32Array): void {
  for (let at = 1; at < slots.length; at += 1) {
    if (!isBefore(view, slots[at] as number, slots[at - 1] as number)) continue;
    slots.sort((a, b) => (isBefore(view, a, b) ? -1 : 1));
    return;
  }
}

/** Takes a record into everything but lines and links. */
function note(index: IndexedRecords, plan: WindowPlan, slot: number): void {
  const { view } = index.rows;
  const eventTimeMs = eventTimeMsOf(view, slot);
  addSlot(index.identities, view, slot);
  index.latestMs = Math.max(index.latestMs, eventTimeMs);
  for (const kind of ['country', 'channel'] as const) {
    const number = originOf(view, slot, kind);
    if (number === 0) continue;
    const key = originKey(kind, number);
    if (eventTimeMs > (index.latestByOrigin.get(key) ?? -1)) index.latestByOrigin.set(key, eventTimeMs);
  }
  const untilMs = rememberedUntilMs(index, plan, slot);
  if (untilMs === eventTimeMs) return;
  let place = index.ahead.length;
  while (place > 0 && rememberedUntilMs(index, plan, index.ahead[place - 1] as number) > untilMs) place -= 1;
  index.ahead.splice(place, 0, slot);
}

const rememberedUntilMs = ({ rows: { view } }: IndexedRecords, plan: WindowPlan, slot: number): number =>
  rememberedAtMs(plan, eventTimeMsOf(view, slot), observedAtSecondsOf(view, slot));

/** Gives rows and links another capacity, not less than the rows' count. */
export function resizeIndexed(index: IndexedRecords, capacity: number): void {
  resize(index.rows, capacity);
  resizeLinks(index.links, capacity);
}

/** Takes in the record of the last row, which is visible. */
export function takeInLast(index: IndexedRecords, plan: WindowPlan): void {
  const { rows, lines, pairLines } = index;
  const { view } = rows;
  const slot = rows.count - 1;
  const group = groupOfRow(view, slot);
  let line = lines.get(group);
  if (line === undefined) {
    line = createWindowedLine(new Int32Array(0), plan);
    lines.set(group, line);
  }
  takeIn(groundOf(index, line), slot);
  const pairLine = pairLines.size === 0 ? undefined : pairLines.get(pairKeyOf(index, slot));
  if (pairLine !== undefined) {
    const position = countUpTo(pairLine, view, eventTimeMsOf(view, slot), pairLine.count);
    insertAt(pairLine, position, slot);
    widenAll(groundOf(index, pairLine), position);
  }
  note(index, plan, slot);
}

const pairKeyOf = ({ rows: { view } }: IndexedRecords, slot: number): string =>
  pairKey(pairHigh(groupOfRow(view, slot), counterpartyHighOf(view, slot)), counterpartyLowOf(view, slot));

/**
 * Takes out the records that claim a time ahead of the one they are remembered
 * until, and aren't any more. The others that are too old need nothing: they
 * stand before the start of every window.
 */
export function forgetAhead(index: IndexedRecords, plan: WindowPlan): void {
  const afterMs = afterMsOf(plan, index.rows);
  let forgotten = 0;
  for (const slot of index.ahead) {
    if (rememberedUntilMs(index, plan, slot) > afterMs) break;
    takeOutSlot(index, slot);
    forgotten += 1;
  }
  if (forgotten > 0) index.ahead.splice(0, forgotten);
}

function takeOutSlot(index: IndexedRecords, slot: number): void {
  const { rows, links, lines, pairLines } = index;
  const { view } = rows;
  for (const line of [lines.get(groupOfRow(view, slot)), pairLines.get(pairKeyOf(index, slot))]) {
    if (line !== undefined) takeOut(groundOf(index, line), countBefore(line, view, slot));
  }
  unlink(links, view, slot);
  const eventTimeMs = eventTimeMsOf(view, slot);
  if (index.latestMs === eventTimeMs) index.latestMs = lastMsOf(index, Infinity) ?? -Infinity;
  for (const kind of ['country', 'channel'] as const) {
    const number = originOf(view, slot, kind);
    const key = originKey(kind, number);
    if (index.latestByOrigin.get(key) !== eventTimeMs) continue;
    const latestMs = lastWithOriginMs(index, kind, number, Infinity, -Infinity);
    if (latestMs === undefined) index.latestByOrigin.delete(key);
    else index.latestByOrigin.set(key, latestMs);
  }
}

/** When the last record up to `atMs` happened. */
export function lastMsOf(index: IndexedRecords, atMs: number): number | undefined {
  const { view } = index.rows;
  let lastMs: number | undefined;
  for (const line of index.lines.values()) {
    const end = countUpTo(line, view, atMs, line.count);
    if (end === 0) continue;
    lastMs = Math.max(lastMs ?? -Infinity, eventTimeMsOf(view, slotAt(line, end - 1)));
  }
  return lastMs;
}

/** When the last record of a country or channel up to `atMs` and after `afterMs` happened; looks at each in between. */
export function lastWithOriginMs(
  index: IndexedRecords,
  kind: OriginKind,
  number: number,
  atMs: number,
  afterMs: number,
): number | undefined {
  const { view } = index.rows;
  let lastMs = afterMs;
  for (const line of index.lines.values()) {
    for (let position = countUpTo(line, view, atMs, line.count) - 1; position >= 0; position -= 1) {
      const slot = slotAt(line, position);
      const eventTimeMs = eventTimeMsOf(view, slot);
      // What lies before one that has been found in another line is of no interest.
      if (eventTimeMs <= lastMs) break;
      if (originOf(view, slot, kind) === number) lastMs = eventTimeMs;
    }
  }
  return lastMs === afterMs ? undefined : lastMs;
}

/**
 * Drops the first rows, none of which is visible. What is left keeps its order,
 * so that every index is numbered anew in one pass instead of being built again.
 */
export function dropFirstIndexed(index: IndexedRecords, plan: WindowPlan, dropped: number): void {
  const { rows, links, identities, lines, pairLines, ahead } = index;
  const afterMs = afterMsOf(plan, rows);
  for (const line of [...lines.values(), ...pairLines.values()])
    renumberLine(groundOf(index, line), afterMs, dropped);
  for (const [key, line] of pairLines) if (line.count === 0) pairLines.delete(key);
  renumberTable(identities, dropped);
  renumberLinks(links, rows.count, dropped);
  for (const [place, slot] of ahead.entries()) ahead[place] = slot - dropped;
  dropFirst(rows, dropped);
}

/** How many of the rows no query reaches any more. */
export function forgottenRows(index: IndexedRecords, plan: WindowPlan): number {
  const { rows, lines } = index;
  const afterMs = afterMsOf(plan, rows);
  let reached = 0;
  for (const line of lines.values()) reached += line.count - countUpTo(line, rows.view, afterMs, 0);
  return rows.count - reached;
}

/** What the indexes take in memory beside the rows, in bytes. */
export function indexBytes(index: IndexedRecords): number {
  const lines = [...index.lines.values(), ...index.pairLines.values()];
  return lines.reduce(
    (bytes, line) => bytes + lineBytes(line),
    linksBytes(index.links) + index.identities.entries.byteLength + index.ahead.length * 8,
  );
}
