import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from './consumer-types.ts';
import { createPartitionHolds } from './partition-holds.ts';

const at = { topic: 't', partition: 0 };

const createFetching = () => {
  const paused = new Set<string>();
  const holds = createPartitionHolds({
    pause: (held) => paused.add(nameOf(held)),
    resume: (held) => paused.delete(nameOf(held)),
  });
  return { holds, paused };
};

test('A partition held for a while is fetched again afterwards', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { holds, paused } = createFetching();
  holds.holdFor(at, 100);
  assert.deepEqual([...paused], ['t-0']);
  t.mock.timers.tick(100);
  assert.equal(paused.size, 0);
});

test('A partition held by order stays held when its timed hold ends, and the reverse', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { holds, paused } = createFetching();
  holds.hold(at);
  holds.holdFor(at, 100);
  t.mock.timers.tick(100);
  assert.equal(paused.size, 1);
  holds.holdFor(at, 100);
  holds.release(at);
  assert.equal(paused.size, 1);
  t.mock.timers.tick(100);
  assert.equal(paused.size, 0);
});

test('After a join timed holds are over and ordered ones are applied again', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { holds, paused } = createFetching();
  holds.holdFor(at, 100);
  holds.hold({ topic: 't', partition: 1 });
  holds.endTimed();
  paused.clear();
  holds.reapply();
  assert.deepEqual([...paused], ['t-1']);
});
