import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createBatchAttempts } from './batch-attempts.ts';

const passing = new WeirError('kms_unavailable', 'x');

test('A WeirError to retry is retried with growing pauses until its attempts are used up', () => {
  const attempts = createBatchAttempts(4);
  const verdicts = Array.from({ length: 4 }, () => attempts.failed('t-0', 7, passing));
  assert.deepEqual(verdicts, [
    { kind: 'retry', waitMs: 100 },
    { kind: 'retry', waitMs: 200 },
    { kind: 'retry', waitMs: 400 },
    { kind: 'crash', error: passing },
  ]);
});

test('Progress, another position and another partition each have attempts of their own', () => {
  const attempts = createBatchAttempts(2);
  assert.equal(attempts.failed('t-0', 7, passing).kind, 'retry');
  assert.equal(attempts.failed('t-1', 7, passing).kind, 'retry');
  assert.equal(attempts.failed('t-0', 8, passing).kind, 'retry');
  attempts.succeeded('t-0');
  assert.equal(attempts.failed('t-0', 8, passing).kind, 'retry');
  assert.equal(attempts.failed('t-0', 8, passing).kind, 'crash');
});

test('A bug, an error that needs a person and a dead letter crash at the first attempt', () => {
  const attempts = createBatchAttempts(10);
  for (const error of [
    new TypeError('x'),
    new WeirError('kms_denied', 'x'),
    new WeirError('processing_failed', 'x'),
    'text',
  ]) {
    assert.equal(attempts.failed('t-0', 0, error).kind, 'crash');
  }
});
