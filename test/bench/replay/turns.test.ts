import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from './turns.ts';

test('of two that are compared each has as many turns, and neither always comes first', () => {
  assert.deepEqual(inTurns('without', 'with', 3), ['without', 'with', 'with', 'without', 'without', 'with']);
  assert.deepEqual(inTurns('without', 'with', 1), ['without', 'with']);
});
