import { listPartCharacters, listParts, WeirError, type ListOf } from '@weir/contracts';

// The bytes of a list, big-endian:
//
//   "WLST" format(1) of(1) zero(2) entries(4), then for each entry prefix(6) expiry(4)
//
// Entries stand in the order of their prefixes, and none stands twice. The prefix is the first 6 bytes of a
// pseudonym; the expiry counts whole hours since the epoch, and the largest number stands for never.

export const headerBytes = 12;
export const entryBytes = 10;
export const prefixBytes = 6;

const magic = 0x57_4c_53_54;
const format = 1;
const ofByte = { counterparty: 0, account: 1 } as const satisfies Record<ListOf, number>;

const hourMs = 3_600_000;
const never = 0xff_ff_ff_ff;

/** So many bytes of a list one part holds: its base64 is just as long as a part's slice may be. */
export const sliceBytes = (listPartCharacters / 4) * 3;

/** So many entries a list has at most: as many as fit the parts it may have. */
export const maxEntries = Math.floor((listParts * sliceBytes - headerBytes) / entryBytes);

/** The hour an entry expires in, for a time in milliseconds since the epoch; Infinity is never. Rounded up: nothing expires early. */
export function expiryHourOf(expiresAtMs: number): number {
  if (expiresAtMs === Infinity) return never;
  return Math.min(Math.max(Math.ceil(expiresAtMs / hourMs), 0), never - 1);
}

/** The first millisecond that the entry doesn't count any more at; Infinity for one that never expires. */
export const expiryMsOf = (hour: number): number => (hour === never ? Infinity : hour * hourMs);

/** The bytes of a list as numbers. Rows are counted from 0. */
export type ListRows = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly of: ListOf;
  readonly entries: number;
};

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const startOf = (row: number): number => headerBytes + row * entryBytes;

/** The prefix as a number below 2^48. */
export function prefixAt(view: DataView, row: number): number {
  const at = startOf(row);
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);
}

export const expiryHourAt = (view: DataView, row: number): number =>
  view.getUint32(startOf(row) + prefixBytes);

export function writeRow(view: DataView, row: number, prefix: number, expiryHour: number): void {
  const at = startOf(row);
  view.setUint16(at, Math.floor(prefix / 0x1_0000_0000));
  view.setUint32(at + 2, prefix % 0x1_0000_0000);
  view.setUint32(at + prefixBytes, expiryHour);
}

/** Room for so many entries and the header. */
export const roomFor = (entries: number): Uint8Array => new Uint8Array(startOf(entries));

/** Writes the header and gives the bytes up to the last entry. */
export function finishList(bytes: Uint8Array, of: ListOf, entries: number): Uint8Array {
  const view = viewOf(bytes);
  view.setUint32(0, magic);
  view.setUint8(4, format);
  view.setUint8(5, ofByte[of]);
  view.setUint16(6, 0);
  view.setUint32(8, entries);
  return bytes.subarray(0, startOf(entries));
}

/**
 * Reads the header and makes sure that the entries are as many as it says and in their order.
 * Throws WeirError `artefact_unknown` for bytes that are no list.
 */
export function readRows(bytes: Uint8Array): ListRows {
  const view = viewOf(bytes);
  const isListed = bytes.length >= headerBytes && view.getUint32(0) === magic && view.getUint8(4) === format;
  const of = isListed && view.getUint16(6) === 0 ? kindOf(view.getUint8(5)) : undefined;
  const entries = of === undefined ? 0 : view.getUint32(8);
  if (of === undefined || bytes.length !== startOf(entries)) throw noList();
  for (let row = 1; row < entries; row += 1)
    if (prefixAt(view, row) <= prefixAt(view, row - 1)) throw noList();
  return { bytes, view, of, entries };
}

const kindOf = (byte: number): ListOf | undefined =>
  byte === ofByte.counterparty ? 'counterparty' : byte === ofByte.account ? 'account' : undefined;

const noList = (): WeirError =>
  new WeirError('artefact_unknown', 'the bytes are not those of a list that this release can read');
