import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant } from '@weir/contracts';
import { beginningMs, createLearnerWorld, dayMs } from './fixtures/memory-learner.ts';

const cutOf = (day: number): string => formatInstant(beginningMs + day * dayMs);

test('Decisions and outcomes become a snapshot at each boundary that event time has passed', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(1, [{ name: 'two', day: 0.6 }]);
  await world.decide(0, [{ name: 'three', day: 1.5 }]);
  await world.report('one', 3);
  await world.decide(1, [{ name: 'four', day: 7.9 }]);
  const learner = world.start();
  await learner.tick();
  assert.deepEqual(await world.published(), []);

  await world.decide(0, [{ name: 'five', day: 9.1 }]);
  await learner.tick();
  assert.deepEqual(
    (await world.published()).map(({ snapshot: { ref, cutAt, learned } }) => ({ ref, cutAt, learned })),
    [
      { ref: 'learned@1', cutAt: cutOf(8), learned: { transactions: 2, frauds: 1 } },
      { ref: 'learned@2', cutAt: cutOf(9), learned: { transactions: 3, frauds: 1 } },
    ],
  );
});
