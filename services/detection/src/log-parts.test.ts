import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import { createMemoryKafka } from '@weir/kafka/memory';
import { logPartsOf } from './log-parts.ts';

const { topic } = streams.received;

test('one record of one partition is read where it stands', async () => {
  const kafka = createMemoryKafka().connect();
  await kafka.ensureTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = await kafka.createProducer();
  for (const name of ['first', 'second', 'third'])
    await producer.append(topic, 1, [{ key: name, value: null, headers: {} }]);
  const { recordAt } = logPartsOf(kafka);
  assert.equal(String((await recordAt(1, 0))?.key), 'first');
  assert.equal(String((await recordAt(1, 1))?.key), 'second');
});

test('a record that the log has forgotten is none, and any other trouble is told', async () => {
  const failing = (code: 'log_truncated' | 'broker_unavailable') => ({
    ...createMemoryKafka().connect(),
    readRange: () => Promise.reject(new WeirError(code, 'no')),
  });
  assert.equal(await logPartsOf(failing('log_truncated')).recordAt(0, 0), undefined);
  await assert.rejects(logPartsOf(failing('broker_unavailable')).recordAt(0, 0), {
    code: 'broker_unavailable',
  });
});
