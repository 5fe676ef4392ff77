import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { WindowStore } from '@weir/windows';
import { readStored } from './read-stored.ts';

const damaged = (): never => {
  throw new WeirError('windows_damaged', 'something is missing');
};

/** A store of one account for each page, of which some pages and accounts are damaged; none has any record. */
const storeOf = (wrongPages: readonly number[], wrongAccounts: readonly string[] = []): WindowStore => ({
  accountPages: 600,
  listAccounts: async (_partition, page) => (wrongPages.includes(page) ? damaged() : [`account-${page}`]),
  load: async (_partition, accounts) =>
    accounts.some((account) => wrongAccounts.includes(account))
      ? damaged()
      : new Map(accounts.map((account) => [account, []])),
  position: async () => undefined,
  commit: async () => 'applied',
  clear: async () => undefined,
});

test('every account that is listed is read, and each that ought to be there', async () => {
  const stored = await readStored(storeOf([]), [[], ['account-7', 'wanted']]);
  assert.equal(stored.get(0)?.size, 600);
  assert.equal(stored.get(1)?.size, 601);
});

test('a page that is damaged is told by itself, and takes no other with it', async () => {
  const held = (await readStored(storeOf([3, 599]), [[]])).get(0);
  assert.equal(held?.size, 600);
  assert.ok(held.has('page 3') && held.has('page 599') && !held.has('account-3') && held.has('account-4'));
});

test('an account that is damaged holds nothing, and the others are read', async () => {
  const held = (await readStored(storeOf([], ['account-5']), [[]])).get(0);
  assert.deepEqual(held?.get('account-5'), []);
  assert.equal(held?.size, 600);
});
