import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSpans } from './plan-spans.ts';

const offsets = [
  { partition: 0, earliest: 10, end: 20 },
  { partition: 1, earliest: 0, end: 0 },
  { partition: 2, earliest: 0, end: 5 },
];

test('From the earliest offset every partition with records is read up to its end', () => {
  const spans = planSpans('t', offsets, 'earliest', undefined);
  assert.deepEqual(Object.fromEntries(spans), { 0: { next: 10, until: 20 }, 2: { next: 0, until: 5 } });
});

test('Only partitions named in both maps are read, and none whose range is empty', () => {
  const from = new Map([
    [0, 12],
    [2, 5],
  ]);
  const spans = planSpans('t', offsets, from, new Map([[0, 13]]));
  assert.deepEqual(Object.fromEntries(spans), { 0: { next: 12, until: 13 } });
});

test('A range whose beginning has been deleted is refused instead of read with a hole', () => {
  assert.throws(() => planSpans('t', offsets, new Map([[0, 9]]), undefined), { code: 'log_truncated' });
});
