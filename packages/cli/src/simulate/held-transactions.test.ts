import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldTransaction } from '@weir/contracts';
import type { Truth } from '@weir/simulator';
import type { GroundTruth } from './feed-day.ts';
import { compareWithTruth } from './held-transactions.ts';

const held = (...ids: readonly string[]): HeldTransaction[] =>
  ids.map((transactionId) => ({ transaction: { transactionId } }) as HeldTransaction);

const fraud = (incident: string) => ({ fraudulent: true, scenario: 'card_testing' as const, incident });
const genuine = { fraudulent: false, scenario: 'big_purchase' as const, incident: '0-9' };
const everyday = { fraudulent: false, scenario: null, incident: null };

const truth: GroundTruth = new Map<string, Truth>([
  ['a1', fraud('0-1')],
  ['a2', fraud('0-1')],
  ['b1', fraud('0-2')],
  ['c1', genuine],
  ['d1', everyday],
]);

test('a fraud of several transactions is one, and found when one of them is held', () => {
  assert.deepEqual(compareWithTruth(held('a2'), truth), { frauds: 2, fraudsFound: 1, genuineHeld: 0 });
  assert.deepEqual(compareWithTruth(held('a1', 'a2', 'b1'), truth), {
    frauds: 2,
    fraudsFound: 2,
    genuineHeld: 0,
  });
});

test('a genuine payment that is held counts against us, also one that nobody planned', () => {
  assert.deepEqual(compareWithTruth(held('c1', 'd1', 'unheard-of'), truth), {
    frauds: 2,
    fraudsFound: 0,
    genuineHeld: 3,
  });
});

test('a day without fraud finds none', () => {
  assert.deepEqual(compareWithTruth([], new Map([['d1', everyday]])), {
    frauds: 0,
    fraudsFound: 0,
    genuineHeld: 0,
  });
});
