import { recordFormat } from '@weir/windows';
import type { ChainCommit } from '@weir/windows';
import { bucketOf } from './bucket-of.ts';

const { offsetBytes } = recordFormat;

/**
 * A script's accounts as one argument, since each argument of its own costs more
 * than what is in it. Of each: bucket (2 bytes), length and text of its pseudonym.
 */
export function packAccounts(accounts: readonly string[]): Buffer {
  const packed = Buffer.allocUnsafe(accounts.reduce((bytes, { length }) => bytes + 3 + length, 0));
  let at = 0;
  for (const account of accounts) at = writeAccount(packed, account, at);
  return packed;
}

/**
 * The appends of a commit as one argument. Of each account: as above, then length
 * and bytes of the last offset it is known to have (none: 0), the second to
 * forget before (4), how many bytes it gets (4), and these.
 */
export function packAppends({ appends, after, horizons }: ChainCommit): Buffer {
  let bytes = 0;
  for (const [account, records] of appends)
    bytes += 3 + account.length + 1 + offsetBytes + 8 + records.byteLength;
  const packed = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const [account, records] of appends) {
    at = writeAccount(packed, account, at);
    const last = after.get(account);
    at = packed.writeUInt8(last === undefined ? 0 : offsetBytes, at);
    if (last !== undefined) at = packed.writeUIntBE(last, at, offsetBytes);
    at = packed.writeUInt32BE(horizons.get(account) ?? 0, at);
    at = packed.writeUInt32BE(records.byteLength, at);
    packed.set(records, at);
    at += records.byteLength;
  }
  return packed.subarray(0, at);
}

function writeAccount(packed: Buffer, account: string, at: number): number {
  packed.writeUInt16BE(bucketOf(account), at);
  packed.writeUInt8(account.length, at + 2);
  return at + 3 + packed.write(account, at + 3, 'latin1');
}
