import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeerTable } from './peer-table.ts';

const euros = { currency: 'EUR', creditDebitIndicator: 'DBIT' } as const;
const francs = { currency: 'CHF', creditDebitIndicator: 'DBIT' } as const;
const incoming = { currency: 'EUR', creditDebitIndicator: 'CRDT' } as const;

test('peers are sums by currency and direction, in the order they were first seen', () => {
  const table = createPeerTable([]);
  table.take(euros, 7_000, 0);
  table.take(francs, 8_000, 1);
  table.take(euros, 9_000, 3);
  table.take(incoming, 5_000, 9);
  assert.deepEqual(table.sums(), [
    { ...euros, transactions: 2, logSum: 16_000, logSquareSum: 130_000_000, inverseCountSum: 1.25 },
    { ...francs, transactions: 1, logSum: 8_000, logSquareSum: 64_000_000, inverseCountSum: 0.5 },
    { ...incoming, transactions: 1, logSum: 5_000, logSquareSum: 25_000_000, inverseCountSum: 0.1 },
  ]);
});

test('at a million transactions all sums of a group are halved, and of no other', () => {
  const sums = { logSum: 8e9, logSquareSum: 64e12, inverseCountSum: 50_000 };
  const table = createPeerTable([
    { ...euros, transactions: 999_998, ...sums },
    { ...francs, transactions: 999_998, ...sums },
  ]);
  table.take(euros, 0, 0);
  table.take(francs, 0, 0);
  assert.equal(table.sums()[0]?.transactions, 999_999);
  table.take(euros, 10_000, 0);
  assert.deepEqual(table.sums(), [
    {
      ...{ ...euros, transactions: 500_000, logSum: (8e9 + 10_000) / 2 },
      ...{ logSquareSum: (64e12 + 1e8) / 2, inverseCountSum: 50_002 / 2 },
    },
    { ...francs, transactions: 999_999, ...sums, inverseCountSum: 50_001 },
  ]);
});

test('what was handed out stays as it was', () => {
  const table = createPeerTable([]);
  table.take(euros, 7_000, 0);
  const before = table.sums();
  const again = createPeerTable(before);
  table.take(euros, 7_000, 0);
  again.take(euros, 7_000, 0);
  assert.equal(before[0]?.transactions, 1);
  assert.deepEqual(again.sums(), table.sums());
});
