import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '@weir/runtime';
import { kmsFailuresIn } from './read-kms-failures.ts';

test('requests to the KMS that failed are counted as the workers count them, and no others', async () => {
  const metrics = createMetrics({ service: 'detection' });
  const calls = metrics.counter('kms_requests_total', 'Requests.', ['operation', 'outcome']);
  assert.equal(kmsFailuresIn(await metrics.text()), 0);
  calls.add({ operation: 'decrypt', outcome: 'ok' }, 7);
  calls.add({ operation: 'decrypt', outcome: 'kms_unavailable' }, 2);
  calls.add({ operation: 'generateDataKey', outcome: 'kms_unavailable' }, 3);
  assert.equal(kmsFailuresIn(await metrics.text()), 5);
});
