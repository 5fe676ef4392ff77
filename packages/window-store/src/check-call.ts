import { isPseudonymOf } from '@weir/contracts';
import { recordFormat } from '@weir/windows';
import type { ChainCommit } from '@weir/windows';
import { bucketCount, maxAccountsPerCall, maxCommitBytes } from './limits.ts';

/**
 * Throws RangeError for accounts a store must not be asked about: too many at
 * once, or anything but a pseudonym. The latter is the last gate before an
 * account number could come to rest in clear.
 */
export function checkAccounts(accounts: Iterable<string>): void {
  let count = 0;
  for (const account of accounts) {
    count += 1;
    if (!isPseudonymOf('account', account)) throw new RangeError('window store: account is not a pseudonym');
  }
  if (count > maxAccountsPerCall) {
    throw new RangeError(`window store: more than ${maxAccountsPerCall} accounts in one call`);
  }
}

/** Throws RangeError for a page of accounts that no store has. */
export function checkPage(page: number): void {
  if (!Number.isInteger(page) || page < 0 || page >= bucketCount)
    throw new RangeError('window store: there is no such page of accounts');
}

/** Throws RangeError, which is a bug of the caller, for a commit no store may take. */
export function checkCommit(commit: ChainCommit): void {
  const { next } = commit;
  const expected = commit.expected?.next;
  if (!Number.isSafeInteger(next) || next < 0) throw new RangeError('chain commit: next is not an offset');
  if (expected !== undefined && !(Number.isSafeInteger(expected) && expected >= 0 && expected < next)) {
    throw new RangeError('chain commit: expected is not an offset below next');
  }
  if (commit.token === '') throw new RangeError('chain commit: token is empty');
  checkAccounts(commit.appends.keys());
  let bytes = 0;
  for (const packed of commit.appends.values()) {
    bytes += packed.byteLength;
    if (packed.byteLength === 0 || packed.byteLength % recordFormat.recordBytes !== 0) {
      throw new RangeError('chain commit: an append is not whole records');
    }
  }
  if (bytes > maxCommitBytes) {
    throw new RangeError(`chain commit: more than ${maxCommitBytes} bytes in one commit`);
  }
}
