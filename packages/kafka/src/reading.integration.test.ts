import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitFor } from '@weir/testkit';
import { openKafka } from './connection.ts';
import { openTestClient, record } from './open-test-client.ts';
import type { TestClient } from './open-test-client.ts';
import type { Producer } from './producer.ts';
import type { KafkaRecord } from './record.ts';

let broker: TestClient;
let producer: Producer;
before(async () => {
  broker = await openTestClient();
  producer = await broker.client.createProducer();
});
after(async () => {
  await producer.close();
  await broker.close();
});

const eager = { retries: 12, initialWaitMs: 20, maxWaitMs: 1_000 };

/** Appends through one raw kafkajs transaction per entry, ended as the entry says. */
const runTransactions = async (
  topic: string,
  ends: readonly ('commit' | 'abort' | 'leave open')[],
): Promise<void> => {
  const raw = openKafka(broker.connection, eager).producer({
    transactionalId: `${topic}-${ends.length}`,
    maxInFlightRequests: 1,
  });
  await raw.connect();
  for (const [index, end] of ends.entries()) {
    const transaction = await raw.transaction();
    await transaction.send({
      topic,
      acks: -1,
      messages: [{ key: 'k', value: `${end} ${index}`, partition: 0 }],
    });
    if (end === 'commit') await transaction.commit();
    if (end === 'abort') await transaction.abort();
  }
  await raw.disconnect();
};

// The markers of the last transaction are written a moment after its end was acknowledged.
const waitForEnd = (topic: string, end: number): Promise<unknown> =>
  waitFor(async () => (await broker.client.offsets(topic))[0]?.end === end);

test('Topics are made once, and another partition count is refused', async () => {
  const topic = await broker.topic(2);
  const spec = { topic, partitions: 2, replicationFactor: 1, config: {} };
  assert.deepEqual([...(await broker.client.ensureTopics([spec])).values()], ['unchanged']);
  assert.equal(await broker.client.topicPartitions(topic), 2);
  await assert.rejects(broker.client.ensureTopics([{ ...spec, partitions: 3 }]), { code: 'topic_mismatch' });
});

test('Two processes may make the same topics at the same time', async () => {
  const specs = ['x', 'y'].map((name) => ({
    topic: `${broker.kafka.prefix}race-${name}`,
    partitions: 3,
    replicationFactor: 1,
    config: { 'retention.ms': '3600000' },
  }));
  await Promise.all([broker.client.ensureTopics(specs), broker.client.ensureTopics(specs)]);
  for (const { topic } of specs) assert.equal(await broker.client.topicPartitions(topic), 3);
});

test('Appends to one partition keep the order of the calls, and record i is at firstOffset + i', async () => {
  const topic = await broker.topic(2);
  const appends = Array.from({ length: 20 }, (_unused, index) =>
    producer.append(topic, index % 2, [record(`${index} a`), record(`${index} b`)]),
  );
  const offsets = await Promise.all(appends);
  const expected = Array.from({ length: 20 }, (_unused, index) => ({
    firstOffset: Math.floor(index / 2) * 2,
  }));
  assert.deepEqual(offsets, expected);
  const seen: KafkaRecord[] = [];
  const onRecord = (each: KafkaRecord) => void seen.push(each);
  await broker.client.readRange({
    topic,
    from: 'earliest',
    onRecord,
    readCommitted: true,
    deadlineMs: 20_000,
  });
  for (const { partition, offset, value } of seen) {
    const index = Math.floor(offset / 2) * 2 + partition;
    assert.equal(String(value), `${index} ${offset % 2 === 0 ? 'a' : 'b'}`);
  }
  assert.equal(seen.length, 40);
});

test('An append to a partition that is not there leaves the outcome unknown, and the next append works', async () => {
  const topic = await broker.topic(1);
  await producer.append(topic, 0, [record('first')]);
  await assert.rejects(producer.append(topic, 5, [record('nowhere')]), { code: 'publish_outcome_unknown' });
  assert.deepEqual(await producer.append(topic, 0, [record('second')]), { firstOffset: 1 });
  assert.deepEqual(await broker.values(topic), ['first', 'second']);
});

test('An append of no records or of more than a batch holds is refused before anything is sent', async () => {
  const topic = await broker.topic(1);
  await assert.rejects(producer.append(topic, 0, []), RangeError);
  const large = record('x'.repeat(600_000));
  await assert.rejects(producer.append(topic, 0, [large, large]), RangeError);
  assert.deepEqual((await broker.client.offsets(topic))[0], { partition: 0, earliest: 0, end: 0 });
});

test('A reader sees what transactions committed, over the gaps they leave, and nothing they aborted', async () => {
  const topic = await broker.topic(1);
  await runTransactions(topic, ['commit', 'abort', 'commit', 'abort', 'abort']);
  await waitForEnd(topic, 10);
  assert.deepEqual(await broker.values(topic), ['commit 0', 'commit 2']);
  assert.equal((await broker.values(topic, false)).length, 5);
});

test('A range that ends in aborted records and markers is read to its end', async () => {
  const topic = await broker.topic(2);
  await runTransactions(topic, ['abort', 'abort', 'abort']);
  await waitForEnd(topic, 6);
  assert.deepEqual(await broker.values(topic), []);
});

test('A reader stops at the frozen end although the log goes on', async () => {
  const topic = await broker.topic(2);
  for (const partition of [0, 1]) await producer.append(topic, partition, ['a', 'b', 'c', 'd'].map(record));
  const seen: string[] = [];
  await broker.client.readRange({
    topic,
    from: new Map([[0, 1]]),
    until: new Map([
      [0, 3],
      [1, 4],
    ]),
    onRecord: (each) => void seen.push(`${each.partition} ${String(each.value)}`),
    readCommitted: true,
    deadlineMs: 20_000,
  });
  assert.deepEqual(seen, ['0 b', '0 c']);
});

test('An open transaction below the end is waited for no longer than the deadline', async () => {
  const topic = await broker.topic(1);
  await runTransactions(topic, ['commit', 'leave open']);
  const until = new Map([[0, 3]]);
  const read = {
    topic,
    from: 'earliest' as const,
    until,
    onRecord: () => undefined,
    readCommitted: true,
    deadlineMs: 500,
  };
  await assert.rejects(broker.client.readRange(read), { code: 'broker_unavailable' });
});

test('What onRecord throws ends the read and reaches the caller', async () => {
  const topic = await broker.topic(1);
  await producer.append(topic, 0, ['a', 'b'].map(record));
  let calls = 0;
  const onRecord = () => {
    calls += 1;
    throw new TypeError('a bug');
  };
  const read = { topic, from: 'earliest' as const, onRecord, readCommitted: true, deadlineMs: 20_000 };
  await assert.rejects(broker.client.readRange(read), TypeError);
  assert.equal(calls, 1);
});

test('A reader leaves no group behind', async () => {
  const topic = await broker.topic(1);
  await producer.append(topic, 0, [record('x')]);
  await broker.values(topic);
  const admin = openKafka(broker.connection).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  assert.deepEqual(
    groups.filter(({ groupId }) => groupId.startsWith(`${broker.connection.clientId}-reader`)),
    [],
  );
});

test('The last record of a partition is found behind forty aborted transactions', async () => {
  const topic = await broker.topic(2);
  await runTransactions(topic, ['commit', 'commit', ...Array<'abort'>(40).fill('abort')]);
  await waitForEnd(topic, 84);
  const last = await broker.client.lastRecord(topic, 0);
  assert.equal(String(last?.value), 'commit 1');
  assert.equal(last?.offset, 2);
  assert.equal(await broker.client.lastRecord(topic, 1), undefined);
  await assert.rejects(broker.client.lastRecord(topic, 2), { code: 'topic_mismatch' });
});

test('Connections that answer arm no timers that fire at once, so an idle process sleeps', async (t) => {
  const topic = await broker.topic(1);
  await broker.client.offsets(topic);
  const timers = t.mock.method(globalThis, 'setTimeout');
  for (let request = 0; request < 20; request += 1) await broker.client.offsets(topic);
  const immediate = timers.mock.calls.filter(
    ({ arguments: [, delayMs] }) => delayMs === undefined || delayMs <= 1,
  );
  assert.equal(immediate.length, 0);
});
