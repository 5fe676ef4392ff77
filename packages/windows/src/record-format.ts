import { maxAmountMinor } from '@weir/contracts';
import type { WindowRecord } from './types.ts';

/**
 * The stored format of window records, version 1. Whoever stores records needs
 * these numbers: how long one is, and where in it the second of its observation
 * stands (an unsigned 32-bit integer, big-endian). The version stands in no
 * record; whoever stores them keeps it beside them.
 */
export const recordFormat = {
  version: 1,
  recordBytes: 46,
  observedAtByte: 12,
} as const;

const twoTo32 = 0x1_0000_0000;
const twoTo48 = 0x1_0000_0000_0000;
const directionBit = 0x8000;
const currencyBits = 0x03ff;

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The value of a hex digit by its character code; undefined for every other character. */
const digitOfCode: (number | undefined)[] = [];
for (const [value, digit] of [...'0123456789abcdef'].entries()) digitOfCode[digit.charCodeAt(0)] = value;

function requireWhole(field: keyof WindowRecord, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new RangeError(`window record: ${field} is not a whole number from 0 to ${max}`);
}

/** Writes lower-case hex digits as bytes; only a counterparty may be absent, which leaves zeros. */
function writeHex(
  bytes: Uint8Array,
  at: number,
  width: number,
  field: 'identity' | 'digest' | 'counterparty',
  text: string,
): void {
  if (text === '' && field === 'counterparty') return;
  let fits = text.length === 2 * width;
  for (let index = 0; fits && index < width; index += 1) {
    const high = digitOfCode[text.charCodeAt(2 * index)];
    const low = digitOfCode[text.charCodeAt(2 * index + 1)];
    fits = high !== undefined && low !== undefined;
    bytes[at + index] = ((high ?? 0) << 4) | (low ?? 0);
  }
  if (!fits) throw new RangeError(`window record: ${field} is not ${2 * width} lower-case hex digits`);
}

function writeCountry(bytes: Uint8Array, at: number, country: string): void {
  if (country === '') return;
  if (!/^[A-Z]{2}$/.test(country)) throw new RangeError('window record: country is not two capital letters');
  bytes[at] = country.charCodeAt(0);
  bytes[at + 1] = country.charCodeAt(1);
}

function writeU48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / twoTo32));
  view.setUint32(at + 2, value % twoTo32);
}

const readU48 = (view: DataView, at: number): number => view.getUint16(at) * twoTo32 + view.getUint32(at + 2);

/**
 * Packs one record into its 46 bytes of format version 1, big-endian:
 *
 * | byte | width | field |
 * |---|---|---|
 * | 0 | 6 | offset |
 * | 6 | 6 | eventTimeMs |
 * | 12 | 4 | observedAtSeconds |
 * | 16 | 7 | amountMinor |
 * | 23 | 2 | bit 15: 1 for CRDT, 0 for DBIT; bits 14–10: zero; bits 9–0: currency |
 * | 25 | 8 | identity |
 * | 33 | 6 | counterparty, or zeros |
 * | 39 | 4 | digest |
 * | 43 | 1 | channel |
 * | 44 | 2 | country in ASCII, or zeros |
 *
 * Zeros for "no counterparty" can't be told from the one pseudonym in 2^48 that
 * starts with six zero bytes; that one is read back as none.
 *
 * Throws RangeError, naming the field, for a record that doesn't fit: the
 * contracts keep accepted transactions within these bounds.
 */
export function packRecord(record: WindowRecord): Uint8Array {
  requireWhole('offset', record.offset, twoTo48 - 1);
  requireWhole('eventTimeMs', record.eventTimeMs, twoTo48 - 1);
  requireWhole('observedAtSeconds', record.observedAtSeconds, twoTo32 - 1);
  requireWhole('amountMinor', record.amountMinor, maxAmountMinor);
  requireWhole('currency', record.currency, 999);
  requireWhole('channel', record.channel, 255);
  const bytes = new Uint8Array(recordFormat.recordBytes);
  const view = new DataView(bytes.buffer);
  writeU48(view, 0, record.offset);
  writeU48(view, 6, record.eventTimeMs);
  view.setUint32(12, record.observedAtSeconds);
  bytes[16] = Math.floor(record.amountMinor / twoTo48);
  writeU48(view, 17, record.amountMinor % twoTo48);
  view.setUint16(23, record.currency | (record.creditDebitIndicator === 'CRDT' ? directionBit : 0));
  writeHex(bytes, 25, 8, 'identity', record.identity);
  writeHex(bytes, 33, 6, 'counterparty', record.counterparty);
  writeHex(bytes, 39, 4, 'digest', record.digest);
  bytes[43] = record.channel;
  writeCountry(bytes, 44, record.country);
  return bytes;
}

function readHex(bytes: Uint8Array, at: number, width: number): string {
  let text = '';
  for (let index = at; index < at + width; index += 1) text += hexOfByte[bytes[index] as number];
  return text;
}

function readRecord(bytes: Uint8Array, view: DataView, at: number): WindowRecord {
  const currencyAndDirection = view.getUint16(at + 23);
  const counterparty = readHex(bytes, at + 33, 6);
  const country = view.getUint16(at + 44);
  return {
    offset: readU48(view, at),
    eventTimeMs: readU48(view, at + 6),
    observedAtSeconds: view.getUint32(at + 12),
    amountMinor: view.getUint8(at + 16) * twoTo48 + readU48(view, at + 17),
    currency: currencyAndDirection & currencyBits,
    creditDebitIndicator: (currencyAndDirection & directionBit) === 0 ? 'DBIT' : 'CRDT',
    identity: readHex(bytes, at + 25, 8),
    counterparty: counterparty === '000000000000' ? '' : counterparty,
    digest: readHex(bytes, at + 39, 4),
    channel: view.getUint8(at + 43),
    country: country === 0 ? '' : String.fromCharCode(country >>> 8, country & 0xff),
  };
}

/**
 * Reads whole packed records in their stored order. Throws Error for bytes that
 * end within one: what rests is damaged, and guessing would make wrong verdicts.
 */
export function unpackRecords(packed: Uint8Array): WindowRecord[] {
  if (packed.byteLength % recordFormat.recordBytes !== 0) throw new Error('window records: one is cut off');
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const records: WindowRecord[] = [];
  for (let at = 0; at < packed.byteLength; at += recordFormat.recordBytes)
    records.push(readRecord(packed, view, at));
  return records;
}
