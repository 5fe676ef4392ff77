import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from './health.ts';

test('A worker is ready where none of its parts waits', () => {
  const health = createHealth();
  assert.deepEqual(health.problems(), []);
  health.fails('replay', 'kms_unavailable');
  health.fails('replay', 'broker_unavailable');
  assert.deepEqual(health.problems(), [{ part: 'replay', reason: 'broker_unavailable' }]);
  health.works('replay');
  assert.deepEqual(health.problems(), []);
});
