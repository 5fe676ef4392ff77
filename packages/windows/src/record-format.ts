import { maxAmountMinor } from '@weir/contracts';
import { hexOf, readHex } from './hex.ts';
import type { WindowRecord } from './types.ts';

/**
 * The stored format of window records, version 3. Whoever stores records needs
 * these numbers: how long one is, and where in it its offset (unsigned, 40 bits)
 * and the second of its observation (unsigned, 32 bits) stand, both big-endian.
 * The version stands in no record; whoever stores them keeps it beside them.
 */
export const recordFormat = {
  version: 3,
  recordBytes: 43,
  offsetByte: 0,
  offsetBytes: 5,
  observedAtByte: 11,
} as const;

/** Where the other fields stand in a record. */
export const eventTimeByte = 5;
export const moneyByte = 15;
export const identityByte = 23;
export const counterpartyByte = 31;
const digestByte = 37;
export const originByte = 41;

export const twoTo32 = 0x1_0000_0000;
const largestChannel = 63;
const countryBits = 0x3ff;
const codeOfA = 'A'.charCodeAt(0);

/**
 * Direction and currency as one number: what windows are kept apart
 * by. In a packed record it stands above the amount's 50 bits.
 */
export const groupOf = (record: Pick<WindowRecord, 'currency' | 'creditDebitIndicator'>): number =>
  (record.creditDebitIndicator === 'CRDT' ? 0x400 : 0) | record.currency;

/** The group of the same currency and the other direction. */
export const oppositeOf = (group: number): number => group ^ 0x400;

/** Groups are numbers below this. */
export const groupCount = 0x800;

/** A country as a number: 0 for none, else 1 + 26·first letter + second letter; undefined where it is no two capitals. */
export function countryNumber(country: string): number | undefined {
  if (country === '') return 0;
  const first = country.charCodeAt(0) - codeOfA;
  const second = country.charCodeAt(1) - codeOfA;
  const isCountry = country.length === 2 && first >= 0 && first < 26 && second >= 0 && second < 26;
  return isCountry ? 1 + 26 * first + second : undefined;
}

const countryOf = (number: number): string =>
  number === 0
    ? ''
    : String.fromCharCode(codeOfA + Math.floor((number - 1) / 26), codeOfA + ((number - 1) % 26));

const misfit = (field: keyof WindowRecord, what: string): RangeError =>
  new RangeError(`window record: ${field} is not ${what}`);

function requireWhole(field: keyof WindowRecord, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw misfit(field, `a whole number from 0 to ${max}`);
}

/** Part of a field of hex digits as a number; the whole field has to be there. */
function hexPart(
  record: WindowRecord,
  field: 'identity' | 'digest' | 'counterparty',
  [from, digits, wholeDigits]: readonly [number, number, number],
): number {
  const text = record[field];
  const value = text.length === wholeDigits ? readHex(text, from, digits) : undefined;
  if (value === undefined) throw misfit(field, `${wholeDigits} lower-case hex digits`);
  return value;
}

/**
 * Writes one record as its 43 bytes of format version 3, big-endian:
 *
 * | byte | width | field |
 * |---|---|---|
 * | 0 | 5 | offset |
 * | 5 | 6 | eventTimeMs |
 * | 11 | 4 | observedAtSeconds |
 * | 15 | 8 | bits 63–61: zero; bit 60: 1 for CRDT, 0 for DBIT; bits 59–50: currency; bits 49–0: amountMinor |
 * | 23 | 8 | identity |
 * | 31 | 6 | counterparty, or zeros |
 * | 37 | 4 | digest |
 * | 41 | 2 | bits 15–10: channel; bits 9–0: country, 0 for none, else 1 + 26·first letter + second letter |
 *
 * Zeros for "no counterparty" can't be told from the one pseudonym in 2^48 that
 * starts with six zero bytes; that one is read back as none.
 *
 * Throws RangeError, naming the field, for a record that doesn't fit: the
 * contracts keep accepted transactions within these bounds.
 */
export function writeRecord(view: DataView, at: number, record: WindowRecord): void {
  requireWhole('offset', record.offset, 0xff_ffff_ffff);
  requireWhole('eventTimeMs', record.eventTimeMs, 0xffff_ffff_ffff);
  requireWhole('observedAtSeconds', record.observedAtSeconds, 0xffff_ffff);
  requireWhole('amountMinor', record.amountMinor, maxAmountMinor);
  requireWhole('currency', record.currency, 999);
  requireWhole('channel', record.channel, largestChannel);
  const country = countryNumber(record.country);
  if (country === undefined) throw misfit('country', 'two capital letters');
  view.setUint8(at, Math.floor(record.offset / twoTo32));
  view.setUint32(at + 1, record.offset % twoTo32);
  view.setUint16(at + eventTimeByte, Math.floor(record.eventTimeMs / twoTo32));
  view.setUint32(at + eventTimeByte + 2, record.eventTimeMs % twoTo32);
  view.setUint32(at + recordFormat.observedAtByte, record.observedAtSeconds);
  view.setUint32(at + moneyByte, (groupOf(record) << 18) | Math.floor(record.amountMinor / twoTo32));
  view.setUint32(at + moneyByte + 4, record.amountMinor % twoTo32);
  view.setUint32(at + identityByte, hexPart(record, 'identity', [0, 8, 16]));
  view.setUint32(at + identityByte + 4, hexPart(record, 'identity', [8, 8, 16]));
  const counterparty = record.counterparty !== '';
  view.setUint16(at + counterpartyByte, counterparty ? hexPart(record, 'counterparty', [0, 4, 12]) : 0);
  view.setUint32(at + counterpartyByte + 2, counterparty ? hexPart(record, 'counterparty', [4, 8, 12]) : 0);
  view.setUint32(at + digestByte, hexPart(record, 'digest', [0, 8, 8]));
  view.setUint16(at + originByte, (record.channel << 10) | country);
}

/** Packs records one behind the other into bytes of their own. Throws as writeRecord does. */
export function packRecords(records: readonly WindowRecord[]): Uint8Array {
  const packed = new Uint8Array(records.length * recordFormat.recordBytes);
  const view = new DataView(packed.buffer);
  for (const [index, record] of records.entries())
    writeRecord(view, index * recordFormat.recordBytes, record);
  return packed;
}

/** One record as bytes of its own. Throws as writeRecord does. */
export const packRecord = (record: WindowRecord): Uint8Array => packRecords([record]);

/** Reads back what writeRecord wrote there. */
export function readRecord(view: DataView, at: number): WindowRecord {
  const moneyHigh = view.getUint32(at + moneyByte);
  const group = moneyHigh >>> 18;
  const counterparty = hexOf(view, at + counterpartyByte, 6);
  const origin = view.getUint16(at + originByte);
  return {
    offset: view.getUint8(at) * twoTo32 + view.getUint32(at + 1),
    eventTimeMs: view.getUint16(at + eventTimeByte) * twoTo32 + view.getUint32(at + eventTimeByte + 2),
    observedAtSeconds: view.getUint32(at + recordFormat.observedAtByte),
    amountMinor: (moneyHigh & 0x3ffff) * twoTo32 + view.getUint32(at + moneyByte + 4),
    currency: group & 0x3ff,
    creditDebitIndicator: (group & 0x400) === 0 ? 'DBIT' : 'CRDT',
    identity: hexOf(view, at + identityByte, 8),
    counterparty: counterparty === '000000000000' ? '' : counterparty,
    digest: hexOf(view, at + digestByte, 4),
    channel: origin >>> 10,
    country: countryOf(origin & countryBits),
  };
}

/** The view of packed records. Throws Error for bytes that end within one: what rests is damaged, and guessing would make wrong verdicts. */
export function viewPacked(packed: Uint8Array): DataView {
  if (packed.byteLength % recordFormat.recordBytes !== 0) throw new Error('window records: one is cut off');
  return new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
}

/** Reads whole packed records in their stored order. Throws as viewPacked does. */
export function unpackRecords(packed: Uint8Array): WindowRecord[] {
  const view = viewPacked(packed);
  return Array.from({ length: packed.byteLength / recordFormat.recordBytes }, (_, index) =>
    readRecord(view, index * recordFormat.recordBytes),
  );
}
