import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from './health.ts';

test('A worker is ready once it has joined its group and none of its partitions waits', () => {
  const health = createHealth();
  assert.deepEqual(health.problems(), [{ part: 'kafka', reason: 'not_joined' }]);
  health.joined(true);
  assert.deepEqual(health.problems(), []);
  health.fails('held-0', 'mail_unavailable');
  health.fails('held-1', 'mail_unavailable');
  health.fails('rejected-0', 'kms_unavailable');
  assert.deepEqual(health.problems(), [
    { part: 'mail', reason: 'mail_unavailable' },
    { part: 'kms', reason: 'kms_unavailable' },
  ]);
  health.works('held-0');
  health.works('rejected-0');
  assert.deepEqual(health.problems(), [{ part: 'mail', reason: 'mail_unavailable' }]);
  health.works('held-1');
  assert.deepEqual(health.problems(), []);
});

test('A channel is named for what its receiver refuses, and for what is away', () => {
  const health = createHealth();
  health.joined(true);
  health.fails('webhook left', 'webhook_refused');
  health.fails('held-0', 'mail_refused');
  assert.deepEqual(health.problems(), [
    { part: 'webhook', reason: 'webhook_refused' },
    { part: 'mail', reason: 'mail_refused' },
  ]);
});
