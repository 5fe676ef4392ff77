import { WeirError } from '@weir/contracts';
import { recordFormat } from '@weir/windows';
import { accountHeaderBytes, segmentRecords } from './limits.ts';

/** What a bucket holds of one account: which segments it has, and its latest records. */
export type StoredAccount = {
  readonly firstSegment: number;
  /** The number behind its last segment. */
  readonly endSegment: number;
  readonly lastSegmentBytes: number;
  /** Never empty: the latest record of an account is always among them. */
  readonly open: Buffer;
};

export const damaged = (what: string): WeirError =>
  new WeirError('windows_damaged', `the stored windows of this partition are damaged: ${what}`);

/** Reads an account's value. Throws WeirError `windows_damaged` for one this code did not write. */
export function readStoredAccount(value: Buffer): StoredAccount {
  if (value[0] !== recordFormat.version) throw damaged('an account is of an unknown format');
  const open = value.subarray(accountHeaderBytes);
  if (open.byteLength === 0 || open.byteLength % recordFormat.recordBytes !== 0)
    throw damaged('the records of an account are cut off');
  return {
    firstSegment: value.readUInt32BE(1),
    endSegment: value.readUInt32BE(5),
    lastSegmentBytes: value.readUInt16BE(9) * recordFormat.recordBytes,
    open,
  };
}

const fullSegmentBytes = segmentRecords * recordFormat.recordBytes;

/**
 * The records a segment held when the account's value was read: a last one may
 * have grown since. Throws WeirError `windows_damaged` where there are fewer.
 */
export function readSegment(stored: StoredAccount, index: number, segment: Buffer): Buffer {
  const expected = index === stored.endSegment - 1 ? stored.lastSegmentBytes : fullSegmentBytes;
  if (segment.byteLength < expected) throw damaged('a segment is cut off');
  return segment.subarray(0, expected);
}
