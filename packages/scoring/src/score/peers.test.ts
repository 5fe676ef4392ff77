import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerGroupOf } from './peers.ts';

const euros = { currency: 'EUR', creditDebitIndicator: 'DBIT' } as const;

test('peers are the mean, the spread and the pace of accounts, from sums', () => {
  // Half of them at 7000, half at 9000; ten accounts with 60 transactions each in 30 days.
  const sums = { transactions: 600, logSum: 600 * 8_000, logSquareSum: 300 * (7_000 ** 2 + 9_000 ** 2) };
  assert.deepEqual(peerGroupOf({ ...euros, ...sums, inverseCountSum: 10 }), {
    meanMilli: 8_000,
    spreadMilli: 1_000,
    perDay: 2,
  });
});

test('a busy account among quiet ones is one account', () => {
  // 30 accounts with one transaction in 30 days, and one with 3,000: 1/1 for each of the first, 3000/3000 for the other.
  const sums = { transactions: 3_030, logSum: 0, logSquareSum: 0, inverseCountSum: 31 };
  assert.equal(peerGroupOf({ ...euros, ...sums })?.perDay, 3_030 / 31 / 30);
});

test('fewer than a hundred transactions are no peers', () => {
  const sums = { logSum: 0, logSquareSum: 0, inverseCountSum: 1 };
  assert.equal(peerGroupOf({ ...euros, ...sums, transactions: 99 }), undefined);
  assert.notEqual(peerGroupOf({ ...euros, ...sums, transactions: 100 }), undefined);
});

test('peers that all move the same have no spread, whatever the last bits of their sums', () => {
  const sums = {
    transactions: 300,
    logSum: 300 * 7_824.1,
    logSquareSum: 300 * 7_824.1 ** 2 - 1,
    inverseCountSum: 0,
  };
  const group = peerGroupOf({ ...euros, ...sums });
  assert.equal(group?.spreadMilli, 0);
  assert.equal(group.perDay, 10);
});
