import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTakeover } from './plan-takeover.ts';

const log = { earliest: 0, end: 100 };
const start = (from: number, appendFrom: number, publishFrom: number, clear = false) => ({
  kind: 'start' as const,
  from,
  appendFrom,
  publishFrom,
  clear,
});

test('equal positions: the worker goes on where the last one ended', () => {
  assert.deepEqual(planTakeover({ ...log, stored: 40, published: 40 }), start(40, 40, 40));
});

test('stored ahead of published: verdicts are recomputed and published, windows are left alone', () => {
  assert.deepEqual(planTakeover({ ...log, stored: 50, published: 40 }), start(40, 50, 40));
});

test('stored behind published: windows are replayed, nothing is published twice', () => {
  assert.deepEqual(planTakeover({ ...log, stored: 30, published: 40 }), start(30, 30, 40));
});

test('no stored position: windows are rebuilt from the beginning of the log, muted up to what is published', () => {
  assert.deepEqual(planTakeover({ ...log, stored: undefined, published: 40 }), start(0, 0, 40, true));
});

test('no position at all: the first start begins with the log', () => {
  assert.deepEqual(planTakeover({ ...log, stored: undefined, published: undefined }), start(0, 0, 0, true));
});

test('stored but never published: the first verdicts are recomputed from the beginning', () => {
  assert.deepEqual(planTakeover({ ...log, stored: 20, published: undefined }), start(0, 20, 0));
});

test('windows older than the log is are rebuilt from what the log still has', () => {
  const found = { earliest: 30, end: 100, stored: 20, published: 40 };
  assert.deepEqual(planTakeover(found), start(30, 30, 40, true));
});

for (const [what, found] of [
  ['a stored position beyond the end of the log', { ...log, stored: 101, published: 40 }],
  ['a published position beyond the end of the log', { ...log, stored: 40, published: 101 }],
  [
    'records that left the log before they had a verdict',
    { earliest: 50, end: 100, stored: 40, published: 40 },
  ],
] as const) {
  test(`${what} stops the worker instead of guessing`, () => {
    const plan = planTakeover(found);
    assert.equal(plan.kind, 'halt');
  });
}
