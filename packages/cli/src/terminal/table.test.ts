import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped, table } from './table.ts';

test('columns are as wide as their widest cell, numbers flush right, and no line ends in spaces', () => {
  assert.deepEqual(
    table(
      ['part', 'pid', 'note'],
      [
        ['kafka', '7', ''],
        ['kms', '12345', 'up'],
      ],
      [1],
    ),
    ['part     pid  note', 'kafka      7', 'kms    12345  up'],
  );
});

test('a table without rows is its header', () => {
  assert.deepEqual(table(['part', 'state'], []), ['part  state']);
});

test('large numbers are grouped in threes', () => {
  assert.deepEqual([0, 999, 20_007, 1_234_567].map(grouped), ['0', '999', '20,007', '1,234,567']);
});
