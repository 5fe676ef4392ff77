import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Waiting } from './spool-segment.ts';
import { createLearningSchedule } from './learning-schedule.ts';

const dayMs = 86_400_000;
const settings = { delayMs: 2 * dayMs, cadenceMs: dayMs };

/** A first in, first out of what happened on these days. */
function waitingOn(days: readonly number[]) {
  const waiting = days.map((day, offset): Waiting => ({
    isFraud: false,
    observation: {
      partition: 0,
      offset,
      eventTimeMs: day * dayMs,
      transaction: 't1_AAAAAAAAAAAAAAAAAAAAAA',
      account: 'a1_AAAAAAAAAAAAAAAAAAAAAA',
      counterparty: '',
      currency: 'EUR',
      creditDebitIndicator: 'DBIT',
      features: {},
    },
  }));
  return {
    waiting,
    firstEventTimeMs: () => waiting[0]?.observation.eventTimeMs,
    shift: () => waiting.shift(),
  };
}

test('nothing is learned before it is older than the delay at a boundary', () => {
  const spool = waitingOn([0.5, 1.5, 1.9, 2]);
  const schedule = createLearningSchedule(settings, spool);
  assert.equal(schedule.advanceTo(0.5 * dayMs), undefined);
  assert.equal(schedule.advanceTo(2.9 * dayMs), undefined);
  const third = schedule.advanceTo(3 * dayMs);
  assert.equal(third?.ref, 'learned@1');
  assert.equal(third.cutAt, '1970-01-04T00:00:00.000Z');
  assert.equal(spool.waiting.length, 3);
  assert.equal(schedule.advanceTo(3.5 * dayMs), undefined);
  // At the fourth the one of day 2 is exactly as old as the delay: not older.
  assert.equal(schedule.advanceTo(4 * dayMs)?.ref, 'learned@2');
  assert.equal(spool.waiting.length, 1);
});

test('boundaries at which nothing is due make no snapshot, however long the gap', () => {
  const spool = waitingOn([0.5]);
  const schedule = createLearningSchedule(settings, spool);
  schedule.advanceTo(0.5 * dayMs);
  assert.equal(schedule.advanceTo(20_000 * dayMs)?.cutAt, '1970-01-04T00:00:00.000Z');
  assert.equal(schedule.advanceTo(30_000 * dayMs), undefined);
});

test('a schedule goes on behind the snapshot it is given', () => {
  const first = createLearningSchedule(settings, waitingOn([0.5, 1.5]));
  first.advanceTo(0.5 * dayMs);
  const snapshot = first.advanceTo(3 * dayMs);
  assert.ok(snapshot !== undefined);
  const resumed = createLearningSchedule(settings, waitingOn([1.5]), { snapshot });
  assert.equal(resumed.advanceTo(3.5 * dayMs), undefined);
  assert.equal(resumed.advanceTo(4 * dayMs)?.ref, 'learned@2');
});
