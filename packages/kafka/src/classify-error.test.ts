import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';

const failure = (fields: Record<string, unknown>): Error => Object.assign(new Error('x'), fields);

test('The innermost known fault of a chain of causes decides', () => {
  const fenced = failure({ name: 'KafkaJSProtocolError', type: 'INVALID_PRODUCER_EPOCH' });
  const wrapped = failure({ name: 'KafkaJSNonRetriableError', cause: failure({ cause: fenced }) });
  assert.equal(classifyKafkaError(wrapped), 'fenced');
});

test('Every fault kafkajs reports by name or by protocol type has its meaning', () => {
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSConnectionClosedError' })), 'unavailable');
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSRequestTimeoutError' })), 'unavailable');
  assert.equal(classifyKafkaError(failure({ type: 'REBALANCE_IN_PROGRESS' })), 'rebalance');
  assert.equal(classifyKafkaError(failure({ type: 'UNKNOWN_MEMBER_ID' })), 'rebalance');
  assert.equal(classifyKafkaError(failure({ type: 'OFFSET_OUT_OF_RANGE' })), 'truncated');
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSNotImplemented' })), 'codec');
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSSASLAuthenticationError' })), 'denied');
  assert.equal(classifyKafkaError(failure({ message: 'Unknown error code 90' })), 'fenced');
  const transient = { name: 'KafkaJSProtocolError', type: 'GROUP_LOAD_IN_PROGRESS', retriable: true };
  assert.equal(classifyKafkaError(failure(transient)), 'unavailable');
});

test('What was refused of things asked at once has the meaning of the first', () => {
  const denied = failure({ name: 'KafkaJSCreateTopicError', type: 'TOPIC_AUTHORIZATION_FAILED' });
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSAggregateError', errors: [denied] })), 'denied');
  assert.equal(classifyKafkaError(failure({ name: 'KafkaJSAggregateError', errors: [] })), 'unknown');
});

test('What a broker is set up not to allow is denied, and no bug', () => {
  for (const type of ['TOPIC_DELETION_DISABLED', 'POLICY_VIOLATION', 'INVALID_CONFIG'])
    assert.equal(classifyKafkaError(failure({ name: 'KafkaJSProtocolError', type })), 'denied');
});

test('A bug is not taken for an operational fault', () => {
  assert.equal(classifyKafkaError(new TypeError('x is not a function')), 'unknown');
  // Only kafkajs's own errors are believed when they call themselves transient.
  assert.equal(classifyKafkaError(failure({ retriable: true })), 'unknown');
  assert.equal(classifyKafkaError(failure({ type: 'constructor', name: 'toString' })), 'unknown');
  const bug = new TypeError('x');
  assert.equal(toOperationalError('reading', bug), bug);
});

test('Classification never throws, whatever was thrown', () => {
  const cyclic = failure({});
  cyclic.cause = cyclic;
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
    },
  );
  for (const thrown of [
    undefined,
    null,
    0,
    'text',
    Symbol('s'),
    cyclic,
    hostile,
    () => 1,
    Object.create(null),
  ]) {
    assert.equal(classifyKafkaError(thrown), 'unknown');
    assert.ok(toOperationalError('reading', thrown) instanceof Error);
  }
});

test('A WeirError passes through unchanged, a known fault becomes one with its recovery', () => {
  const weir = new WeirError('kms_denied', 'x');
  assert.equal(toOperationalError('reading', weir), weir);
  const error = toOperationalError('reading', failure({ name: 'KafkaJSNotImplemented' }));
  assert.ok(error instanceof WeirError && error.code === 'topic_mismatch' && error.recovery === 'halt');
  assert.match(error.message, /snappy, lz4 or zstd/);
});
