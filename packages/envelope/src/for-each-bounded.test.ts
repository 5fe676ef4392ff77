import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forEachBounded } from './for-each-bounded.ts';

test('every item is worked on once, within the bound', async () => {
  const seen: number[] = [];
  let running = 0;
  let peak = 0;
  await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1;
    peak = Math.max(peak, running);
    await nextTurn();
    running -= 1;
    seen.push(item);
  });
  assert.deepEqual(seen.toSorted(), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(peak, 3);
});

test('after a failure nothing is started, what runs is awaited, and the first failure is thrown', async () => {
  const started: number[] = [];
  const finished: number[] = [];
  const failing = forEachBounded([1, 2, 3, 4], 2, async (item) => {
    started.push(item);
    if (item === 1) throw new Error('first');
    await nextTurn();
    finished.push(item);
    throw new Error('second');
  });
  await assert.rejects(failing, /first/);
  assert.deepEqual([started, finished], [[1, 2], [2]]);
});
