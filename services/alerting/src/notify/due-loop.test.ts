import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createVirtualTime } from '../deliver/fixtures/virtual-time.ts';
import { startDueLoop } from './due-loop.ts';

const startMs = 1_000_000;

/** A loop whose rounds answer as told, and when they ran, in ms since it began. */
function startWorld(answer: (nowMs: number, round: number) => number) {
  const time = createVirtualTime(startMs);
  const rounds: number[] = [];
  const retries: number[] = [];
  const loop = startDueLoop({
    clock: time.clock,
    random: () => 0,
    onRetry: (_error, delayMs) => void retries.push(delayMs),
    round: async (nowMs) => {
      rounds.push(nowMs - startMs);
      return answer(nowMs, rounds.length);
    },
  });
  return { time, rounds, retries, loop };
}

test('It sleeps until what is due next, and looks every half minute however quiet it is', async () => {
  const { time, rounds, loop } = startWorld((nowMs, round) => (round === 1 ? nowMs + 7_000 : Infinity));
  await time.pass(70_000);
  assert.deepEqual(rounds, [0, 7_000, 37_000, 67_000]);
  await loop.stop();
});

test('A nudge begins the next round at once, and one that comes during a round is not lost', async () => {
  const { time, rounds, loop } = startWorld((_nowMs, round) => {
    if (round === 2) loop.nudge();
    return Infinity;
  });
  await time.pass(1_000);
  loop.nudge();
  await time.pass(1_000);
  assert.deepEqual(rounds, [0, 1_000, 1_000]);
  await loop.stop();
});

test('What may pass is tried again after ever longer pauses that no nudge shortens', async () => {
  const { time, rounds, retries, loop } = startWorld((_nowMs, round) => {
    if (round <= 3) throw new WeirError('store_unavailable', 'away');
    return Infinity;
  });
  await time.pass(100);
  loop.nudge();
  await time.pass(5_000);
  assert.deepEqual(retries, [250, 500, 1_000]);
  assert.deepEqual(rounds, [0, 250, 750, 1_750]);
  await loop.stop();
});

test('What does not pass ends it', async () => {
  const { time, rounds, loop } = startWorld(() => {
    throw new WeirError('store_other', 'another store');
  });
  const ended = assert.rejects(loop.done, { code: 'store_other' });
  await time.pass(60_000);
  await ended;
  assert.deepEqual(rounds, [0]);
});

test('Stopping waits for the round that runs and begins no other', async () => {
  const { time, rounds, loop } = startWorld((nowMs) => nowMs + 1_000);
  await time.pass(2_500);
  await loop.stop();
  await time.pass(60_000);
  assert.deepEqual(rounds, [0, 1_000, 2_000]);
});
