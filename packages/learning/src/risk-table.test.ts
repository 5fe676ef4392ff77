import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RiskRow } from '@weir/contracts';
import { dayMs, startMs } from './observation.fixture.ts';
import { createRiskTable, type RiskTable } from './risk-table.ts';

const day = (days: number): number => startMs + days * dayMs;

const namesOf = ['key', 'first', 'last', 'genuine', 'frauds', 'unexplained', 'transactions', 'genuineSince'];

/** Rows by name, with days for times; null for no time. */
function known(table: RiskTable, cutDay = 0) {
  return table
    .rows(day(cutDay))
    .map((row) =>
      Object.fromEntries(
        row.map((value, index) => [
          namesOf[index] ?? '',
          index < 1 || index > 3 ? value : value === 0 ? null : (Number(value) - startMs) / dayMs,
        ]),
      ),
    );
}

const fraud = (table: RiskTable, atDay: number, unexplained = 1, key = 'shop'): void => {
  table.take(key, day(atDay), true, unexplained);
};
const genuine = (table: RiskTable, atDay: number, key = 'shop'): void => {
  table.take(key, day(atDay), false, 1);
};

test('of whom no fraud was reported nothing is remembered', () => {
  const table = createRiskTable([]);
  genuine(table, 0);
  assert.deepEqual(known(table), []);
});

test('an episode counts its frauds and what happened since the first and the last', () => {
  const table = createRiskTable([]);
  genuine(table, 0);
  fraud(table, 1, 0.75);
  genuine(table, 2);
  genuine(table, 3);
  fraud(table, 4, 0.5);
  genuine(table, 5);
  assert.deepEqual(known(table), [
    {
      ...{ key: 'shop', first: 1, last: 4, genuine: 5, frauds: 2 },
      ...{ unexplained: 1.25, transactions: 5, genuineSince: 1 },
    },
  ]);
});

test('a fraud after thirty quiet days goes on with the episode, one after more begins another', () => {
  const table = createRiskTable([]);
  fraud(table, 0);
  fraud(table, 30);
  assert.equal(known(table)[0]?.['frauds'], 2);
  genuine(table, 31);
  table.take('shop', day(60) + 1, true, 0.75);
  assert.deepEqual(known(table, 60), [
    {
      ...{ key: 'shop', first: 60 + 1 / dayMs, last: 60 + 1 / dayMs, genuine: null, frauds: 1 },
      ...{ unexplained: 0.75, transactions: 1, genuineSince: 0 },
    },
  ]);
});

test('an episode begins anew with the first fraud that the accounts do not explain', () => {
  const table = createRiskTable([]);
  fraud(table, 0, 0.125);
  fraud(table, 1, 0.25);
  assert.deepEqual(known(table)[0]?.['first'], 0);
  fraud(table, 2, 0.125);
  const begun = { key: 'shop', first: 2, last: 2, genuine: null, frauds: 1 };
  assert.deepEqual(known(table), [{ ...begun, unexplained: 0.5, transactions: 1, genuineSince: 0 }]);
  fraud(table, 3, 0.125);
  assert.equal(known(table)[0]?.['first'], 2);
  assert.equal(known(table)[0]?.['frauds'], 2);
});

test('what was reported is forgotten after ninety days without another fraud', () => {
  const table = createRiskTable([]);
  fraud(table, 0, 1, 'old');
  fraud(table, 0, 1, 'still');
  fraud(table, 10, 1, 'still');
  genuine(table, 80, 'old');
  assert.deepEqual(
    known(table, 90).map(({ key }) => key),
    ['old', 'still'],
  );
  assert.deepEqual(
    table.rows(day(90) + 1).map(([key]) => key),
    ['still'],
  );
  fraud(table, 91, 1, 'old');
  assert.deepEqual(
    known(table, 91).map(({ key, frauds }) => [key, frauds]),
    [
      ['still', 2],
      ['old', 1],
    ],
  );
});

test('a flood of reports is bounded: beyond 200,000 those whose last fraud is longest ago make room', () => {
  const rowAt = (index: number): RiskRow => [`shop-${index}`, startMs, startMs + index, 0, 1, 1, 1, 0];
  const table = createRiskTable(Array.from({ length: 200_000 }, (_, index) => rowAt(index)));
  assert.equal(table.rows(day(1)).length, 200_000);
  fraud(table, 1, 1, 'one more');
  table.take('shop-0', day(1), true, 1);
  const rows = table.rows(day(1));
  assert.equal(rows.length, 200_000);
  assert.deepEqual([rows[0]?.[0], rows[1]?.[0], rows.at(-1)?.[0]], ['shop-0', 'shop-2', 'one more']);
});

test('a transaction that was a fraud after all is one of its episode, and counted once', () => {
  const table = createRiskTable([]);
  fraud(table, 0);
  genuine(table, 1);
  genuine(table, 2);
  table.correct('shop', day(2), 0.5);
  assert.deepEqual(known(table), [
    {
      ...{ key: 'shop', first: 0, last: 2, genuine: null, frauds: 2 },
      ...{ unexplained: 1.5, transactions: 3, genuineSince: 0 },
    },
  ]);
});

test('a late report about the middle of an episode leaves its ends and what came since', () => {
  const table = createRiskTable([]);
  fraud(table, 0);
  genuine(table, 1);
  fraud(table, 2);
  genuine(table, 3);
  table.correct('shop', day(1), 1);
  assert.deepEqual(known(table), [
    {
      ...{ key: 'shop', first: 0, last: 2, genuine: 3, frauds: 3 },
      ...{ unexplained: 3, transactions: 4, genuineSince: 1 },
    },
  ]);
});

test('late reports about whom nothing was reported before make an episode of no more frauds than transactions', () => {
  const table = createRiskTable([]);
  for (const atDay of [0, 1, 2, 3]) genuine(table, atDay);
  for (const atDay of [1, 3, 2]) table.correct('shop', day(atDay), 1);
  genuine(table, 4);
  assert.deepEqual(known(table), [
    {
      ...{ key: 'shop', first: 1, last: 3, genuine: 4, frauds: 3 },
      ...{ unexplained: 3, transactions: 4, genuineSince: 1 },
    },
  ]);
});

test('what comes out of order counts where it belongs', () => {
  const table = createRiskTable([]);
  fraud(table, 10);
  genuine(table, 12);
  fraud(table, 8);
  genuine(table, 9);
  genuine(table, 7);
  assert.deepEqual(known(table), [
    {
      ...{ key: 'shop', first: 8, last: 10, genuine: 12, frauds: 2 },
      ...{ unexplained: 2, transactions: 4, genuineSince: 1 },
    },
  ]);
});

test('a fraud of an episode that is over changes nothing', () => {
  const table = createRiskTable([]);
  fraud(table, 40, 0.25);
  const before = known(table, 40);
  fraud(table, 9);
  table.correct('shop', day(9), 1);
  assert.deepEqual(known(table, 40), before);
});
