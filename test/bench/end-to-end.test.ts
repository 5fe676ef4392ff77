import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeWaiting } from './end-to-end.ts';

const count = 1_000;
const txPerSecond = 100;
const samples = (waitingAt: (due: number) => number) =>
  Array.from({ length: 101 }, (_, index) => ({ due: index * 10, waiting: waitingAt(index * 10) }));

test('a rate is held where as much waits at the end as before', () => {
  assert.equal(
    judgeWaiting(
      samples(() => 20),
      count,
      txPerSecond,
    ).held,
    true,
  );
  // What waited from the beginning may be caught up with.
  assert.equal(
    judgeWaiting(
      samples((due) => 150 - due / 10),
      count,
      txPerSecond,
    ).held,
    true,
  );
});

test('a rate is not held where what waits grows, or where too much waits in the end', () => {
  assert.equal(
    judgeWaiting(
      samples((due) => due / 10),
      count,
      txPerSecond,
    ).held,
    false,
  );
  assert.equal(
    judgeWaiting(
      samples(() => 250),
      count,
      txPerSecond,
    ).held,
    false,
  );
});
