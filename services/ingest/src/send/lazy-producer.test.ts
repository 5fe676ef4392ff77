import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createLazyProducer } from './lazy-producer.ts';

test('it connects once, at the first append, again after a failure, and closes what it connected', async () => {
  const calls: string[] = [];
  let away = true;
  const producer = createLazyProducer({
    createProducer: async () => {
      calls.push('connect');
      if (away) throw new WeirError('broker_unavailable', 'away');
      return { append: async () => ({ firstOffset: 0 }), close: async () => void calls.push('close') };
    },
  });
  await assert.rejects(producer.append('topic', 0, []), { code: 'broker_unavailable' });
  away = false;
  await Promise.all([producer.append('topic', 0, []), producer.append('topic', 1, [])]);
  await producer.close();
  assert.deepEqual(calls, ['connect', 'connect', 'close']);
});

test('one that was never used has nothing to close', async () => {
  await createLazyProducer({ createProducer: () => assert.fail('nothing was appended') }).close();
});
