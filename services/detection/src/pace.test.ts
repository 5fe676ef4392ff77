import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

/** A clock that stands still but for the sleeps, and what was slept. */
function createManualPace(lingerMs: number) {
  const clock = { nowMs: 1_000 };
  const sleptMs: number[] = [];
  const pace = createPace({
    lingerMs,
    nowMs: () => clock.nowMs,
    sleep: async (delayMs) => {
      sleptMs.push(delayMs);
      clock.nowMs += delayMs;
    },
  });
  return { clock, sleptMs, pace };
}

test('the first step of a partition does not wait, nor does one after a rest', async () => {
  const { clock, sleptMs, pace } = createManualPace(30);
  await pace(0);
  clock.nowMs += 30;
  await pace(0);
  assert.deepEqual(sleptMs, []);
});

test('a step too soon after the last waits for the rest of the linger', async () => {
  const { clock, sleptMs, pace } = createManualPace(30);
  await pace(0);
  clock.nowMs += 12;
  await pace(0);
  await pace(0);
  assert.deepEqual(sleptMs, [18, 30]);
});

test('one partition never waits for another', async () => {
  const { sleptMs, pace } = createManualPace(30);
  await pace(0);
  await pace(1);
  assert.deepEqual(sleptMs, []);
});

test('a clock that went back makes nobody wait longer than the linger', async () => {
  const { clock, sleptMs, pace } = createManualPace(30);
  await pace(0);
  clock.nowMs -= 500;
  await pace(0);
  assert.deepEqual(sleptMs, [30]);
});

test('without a linger nobody waits', async () => {
  const { sleptMs, pace } = createManualPace(0);
  await pace(0);
  await pace(0);
  assert.deepEqual(sleptMs, []);
});
