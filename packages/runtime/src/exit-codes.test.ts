import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { exitCodeOf } from './exit-codes.ts';

test('the exit code of an error says whether starting again can help', () => {
  assert.equal(exitCodeOf(new WeirError('config_invalid', 'Wrong.')), 78);
  assert.equal(exitCodeOf(new WeirError('redis_unavailable', 'Away.')), 75);
  assert.equal(exitCodeOf(new WeirError('log_other', 'Another log.')), 76);
  assert.equal(exitCodeOf(new WeirError('processing_failed', 'One record.')), 70);
  assert.equal(exitCodeOf(new TypeError('a bug')), 70);
  assert.equal(exitCodeOf(undefined), 70);
});
