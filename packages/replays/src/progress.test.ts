import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressEstimate } from './progress.ts';

test('the time left follows from how fast the run was of late', () => {
  const progress = createProgressEstimate({ records: 1_000, of: 101_000, nowMs: 50_000 });
  assert.deepEqual(progress.at(50_000), { records: 1_000, of: 101_000, perSecond: 0, secondsLeft: null });
  for (let second = 1; second <= 20; second += 1) progress.add(100, 50_000 + second * 1_000);
  assert.deepEqual(progress.at(70_000), { records: 3_000, of: 101_000, perSecond: 100, secondsLeft: 980 });
  for (let second = 1; second <= 40; second += 1) progress.add(1_000, 70_000 + second * 1_000);
  const { perSecond, secondsLeft } = progress.at(110_000);
  assert.deepEqual([perSecond, secondsLeft], [1_000, 58]);
});

test('a run that stands still is slower and slower, and at last there is no telling', () => {
  const progress = createProgressEstimate({ records: 0, of: 10_000, nowMs: 0 });
  progress.add(1_000, 10_000);
  assert.equal(progress.at(10_000).perSecond, 100);
  assert.equal(progress.at(20_000).perSecond, 50);
  assert.deepEqual(progress.at(60_000), { records: 1_000, of: 10_000, perSecond: 0, secondsLeft: null });
});

test('a run that is over has nothing left, also where it read more than was thought', () => {
  const progress = createProgressEstimate({ records: 0, of: 10, nowMs: 0 });
  progress.add(12, 1_000);
  assert.deepEqual(progress.at(90_000), { records: 12, of: 10, perSecond: 0, secondsLeft: 0 });
});

test('many small steps are one rate, and a clock that goes back begins anew', () => {
  const progress = createProgressEstimate({ records: 0, of: 1_000_000, nowMs: 0 });
  for (let at = 1; at <= 100_000; at += 1) progress.add(1, at);
  assert.equal(progress.at(100_000).perSecond, 1_000);
  progress.add(1, 5_000);
  assert.equal(progress.at(5_000).perSecond, 0);
  progress.add(500, 6_000);
  assert.deepEqual(progress.at(6_000), {
    records: 100_501,
    of: 1_000_000,
    perSecond: 500,
    secondsLeft: 1_799,
  });
});

test('a run in steps longer than half a minute has a rate too', () => {
  const progress = createProgressEstimate({ records: 0, of: 2_000, nowMs: 0 });
  progress.add(500, 40_000);
  assert.deepEqual(progress.at(40_000), { records: 500, of: 2_000, perSecond: 12.5, secondsLeft: 120 });
});
