import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from './health.ts';

test('A worker is ready once it has joined its group and none of its parts waits', () => {
  const health = createHealth();
  assert.deepEqual(health.problems(), [{ part: 'kafka', reason: 'not_joined' }]);
  health.joined(true);
  assert.deepEqual(health.problems(), []);
  health.fails('held-0', 'store_unavailable');
  health.fails('held-1', 'store_unavailable');
  health.fails('rejected-0', 'kms_unavailable');
  health.fails('outbox', 'publish_outcome_unknown');
  assert.deepEqual(health.problems(), [
    { part: 'store', reason: 'store_unavailable' },
    { part: 'kms', reason: 'kms_unavailable' },
    { part: 'kafka', reason: 'publish_outcome_unknown' },
  ]);
  health.works('held-0');
  health.works('rejected-0');
  health.works('outbox');
  assert.deepEqual(health.problems(), [{ part: 'store', reason: 'store_unavailable' }]);
  health.works('held-1');
  assert.deepEqual(health.problems(), []);
});
