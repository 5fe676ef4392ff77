import { logMilli } from './logarithm.ts';
import {
  counterpartyByte,
  eventTimeByte,
  identityByte,
  moneyByte,
  originByte,
  readRecord,
  recordFormat,
  twoTo32,
  viewPacked,
  writeRecord,
} from './record-format.ts';
import type { Trait, WindowPlan, WindowRecord } from './types.ts';
import { rememberedAtMs, visibleAfterMs } from './visibility.ts';

/**
 * The records of one account in memory, in offset order: as many rows as it has
 * records, and room for more. A row is the packed record, and behind it
 * round(1000·ln(1 + amountMinor)), which takes far longer to compute than to
 * read. No object stands for a record: it would take ten times the bytes.
 */
export type RecordRows = {
  view: DataView<ArrayBuffer>;
  count: number;
  /** The latest observation among all records ever taken in. */
  horizonSeconds: number;
  /** The offset of the last record taken in, forgotten or not; −1 where there was none. */
  lastOffset: number;
};

const logByte = recordFormat.recordBytes;
const rowBytes = logByte + 2;

export const eventTimeMsOf = (view: DataView, slot: number): number => {
  const at = slot * rowBytes + eventTimeByte;
  return view.getUint16(at) * twoTo32 + view.getUint32(at + 2);
};

export const observedAtSecondsOf = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + recordFormat.observedAtByte);

/** Direction and currency, as groupOf makes them one number. */
export const groupOfRow = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + moneyByte) >>> 18;

export const amountMinorOf = (view: DataView, slot: number): number => {
  const at = slot * rowBytes + moneyByte;
  return (view.getUint32(at) & 0x3ffff) * twoTo32 + view.getUint32(at + 4);
};

/** The upper and the lower 25 bits of the amount: sums of either stay exact over 2^28 records. */
export const amountHighOf = (view: DataView, slot: number): number => {
  const at = slot * rowBytes + moneyByte;
  return ((view.getUint32(at) & 0x3ffff) << 7) | (view.getUint32(at + 4) >>> 25);
};
export const amountLowOf = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + moneyByte + 4) & 0x1ff_ffff;

export const logMilliOf = (view: DataView, slot: number): number => view.getUint16(slot * rowBytes + logByte);

export const identityHighOf = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + identityByte);
export const identityLowOf = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + identityByte + 4);

/** The first 16 and the last 32 bits of the counterparty; both zero where there is none. */
export const counterpartyHighOf = (view: DataView, slot: number): number =>
  view.getUint16(slot * rowBytes + counterpartyByte);
export const counterpartyLowOf = (view: DataView, slot: number): number =>
  view.getUint32(slot * rowBytes + counterpartyByte + 2);

/** Where a transaction came from, as a window record says it. */
export type OriginKind = Exclude<Trait['kind'], 'counterparty'>;

/** The number of the record's country or channel; 0 where not given. */
export function originOf(view: DataView, slot: number, kind: OriginKind): number {
  const origin = view.getUint16(slot * rowBytes + originByte);
  return kind === 'country' ? origin & 0x3ff : origin >>> 10;
}

export const recordAt = (rows: RecordRows, slot: number): WindowRecord =>
  readRecord(rows.view, slot * rowBytes);

/** Whether one record happened before another; of two of the same instant the one with the smaller offset did. */
export function isBefore(view: DataView, slot: number, other: number): boolean {
  const timeMs = eventTimeMsOf(view, slot);
  const otherMs = eventTimeMsOf(view, other);
  return timeMs === otherMs ? slot < other : timeMs < otherMs;
}

/** Whether a record is visible where records have to be remembered after `afterMs`. */
export const isVisible = (view: DataView, slot: number, plan: WindowPlan, afterMs: number): boolean =>
  rememberedAtMs(plan, eventTimeMsOf(view, slot), observedAtSecondsOf(view, slot)) > afterMs;

export const afterMsOf = (plan: WindowPlan, rows: RecordRows): number =>
  visibleAfterMs(plan, rows.horizonSeconds);

/** The most rows an account may have: what a slot table can number. They would take 750 MB. */
const maxRows = 0xff_fffe;

function bytesFor(capacity: number): number {
  if (capacity > maxRows) throw new RangeError(`window records: more than ${maxRows} of one account`);
  return capacity * rowBytes;
}

const viewOfRows = (capacity: number): DataView<ArrayBuffer> =>
  new DataView(new ArrayBuffer(bytesFor(capacity)));

const noView = viewOfRows(0);

/** How many records the rows have room for. */
export const capacityOf = (rows: RecordRows): number => rows.view.byteLength / rowBytes;

/**
 * The rows as text of one character a byte, and no view any more. V8 keeps half
 * a kilobyte beside the bytes of each ArrayBuffer, more than a small account has
 * records; beside those of a string it keeps sixteen. `wake` brings them back.
 */
export function putToRest(rows: RecordRows): string {
  const text = Buffer.from(rows.view.buffer, 0, rows.count * rowBytes).toString('latin1');
  rows.view = noView;
  return text;
}

export function wake(rows: RecordRows, text: string): void {
  rows.view = viewOfRows(roomFor(rows.count));
  Buffer.from(rows.view.buffer).write(text, 'latin1');
}

/** An eighth of room beyond what there is, a few rows at least: a large account must not take up much more than it has. */
export const roomFor = (count: number): number => count + Math.max(2, count >>> 3);

/** Gives the rows another capacity, not less than their count. */
export function resize(rows: RecordRows, capacity: number): void {
  rows.view = new DataView(rows.view.buffer.transfer(bytesFor(capacity)));
}

function copyRow(from: DataView, at: number, to: DataView, toAt: number): void {
  for (let byte = 0; byte < 40; byte += 4) to.setUint32(toAt + byte, from.getUint32(at + byte));
  // The last four of the record's 43 bytes, one of them a second time.
  to.setUint32(toAt + 39, from.getUint32(at + 39));
}

/** Rows of the packed records below `beforeOffset`. Throws Error for records that are cut off or out of order. */
export function readRows(pieces: Iterable<Uint8Array>, beforeOffset: number): RecordRows {
  const views = Array.from(pieces, viewPacked);
  const stored = views.reduce((bytes, view) => bytes + view.byteLength, 0) / recordFormat.recordBytes;
  const rows: RecordRows = {
    view: viewOfRows(roomFor(stored)),
    count: 0,
    horizonSeconds: 0,
    lastOffset: -1,
  };
  let lastOffset = -1;
  for (const view of views) {
    for (let at = 0; at < view.byteLength; at += recordFormat.recordBytes) {
      const offset = view.getUint8(at) * twoTo32 + view.getUint32(at + 1);
      // A record stored twice would be counted twice: better no verdict than a wrong one.
      if (offset <= lastOffset) throw new Error('window records: offsets do not increase');
      lastOffset = offset;
      if (offset < beforeOffset) takePacked(rows, view, at, offset);
    }
  }
  return rows;
}

function takePacked(rows: RecordRows, from: DataView, at: number, offset: number): void {
  const slot = rows.count;
  copyRow(from, at, rows.view, slot * rowBytes);
  rows.view.setUint16(slot * rowBytes + logByte, logMilli(amountMinorOf(rows.view, slot)));
  rows.count += 1;
  rows.horizonSeconds = Math.max(rows.horizonSeconds, observedAtSecondsOf(rows.view, slot));
  rows.lastOffset = offset;
}

/** Writes one more record into rows with room for it and answers its slot. Throws as writeRecord does; then nothing has changed. */
export function writeRow(rows: RecordRows, record: WindowRecord): number {
  const slot = rows.count;
  writeRecord(rows.view, slot * rowBytes, record);
  rows.view.setUint16(slot * rowBytes + logByte, logMilli(record.amountMinor));
  rows.count += 1;
  return slot;
}

/** How many rows there are before the first one that is visible. */
export function invisibleAtFirst(rows: RecordRows, plan: WindowPlan): number {
  const afterMs = afterMsOf(plan, rows);
  let slot = 0;
  while (slot < rows.count && !isVisible(rows.view, slot, plan, afterMs)) slot += 1;
  return slot;
}

/** Drops the first rows; the others move up. */
export function dropFirst(rows: RecordRows, dropped: number): void {
  new Uint8Array(rows.view.buffer).copyWithin(0, dropped * rowBytes, rows.count * rowBytes);
  rows.count -= dropped;
}

/** Drops the rows that aren't visible any more; the others move up and keep their order. */
export function dropInvisible(rows: RecordRows, plan: WindowPlan): void {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  let kept = 0;
  for (let slot = 0; slot < rows.count; slot += 1) {
    if (!isVisible(view, slot, plan, afterMs)) continue;
    if (kept < slot) {
      copyRow(view, slot * rowBytes, view, kept * rowBytes);
      view.setUint16(kept * rowBytes + logByte, logMilliOf(view, slot));
    }
    kept += 1;
  }
  rows.count = kept;
}
