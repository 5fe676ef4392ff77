import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { classifyKafkaError } from './classify-error.ts';
import './kafkajs.ts';
import { guardOffsetReset } from './offset-reset-guard.ts';
import type { ConsumerGroupPrototype } from './offset-reset-guard.ts';

const ConsumerGroup = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
  prototype: ConsumerGroupPrototype;
};

test('A position outside of the log is refused for good instead of being moved', async () => {
  const outOfRange = Object.assign(new Error('x'), {
    name: 'KafkaJSOffsetOutOfRange',
    type: 'OFFSET_OUT_OF_RANGE',
  });
  const refused = ConsumerGroup.prototype.recoverFromOffsetOutOfRange(outOfRange);
  await assert.rejects(refused, (error) => {
    assert.equal(classifyKafkaError(error), 'truncated');
    assert.equal((error as { retriable?: boolean }).retriable, false);
    return true;
  });
});

test('A consumer group that is not the expected one is refused loudly', () => {
  const refuse = () => new Error('x');
  const renamed = { recoverFromOffsetOutOfRange: async () => undefined };
  assert.throws(() => guardOffsetReset(renamed, refuse), /not the method the guard expects/);
});
