import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { record } from './fixtures/contract-client.ts';
import type { ContractClient } from './fixtures/contract-client.ts';
import type { Producer } from './producer.ts';
import type { KafkaRecord } from './record.ts';

/** What every log has to do for who makes topics, appends and reads, as tests. */
export const readingContract = (broker: ContractClient): void => {
  let producer: Producer;
  before(async () => {
    producer = await broker.client.createProducer();
  });
  after(() => producer.close());

  test('Topics are made once, and another partition count is refused', async () => {
    const topic = await broker.topic(2);
    const spec = { topic, partitions: 2, replicationFactor: 1, config: {} };
    assert.deepEqual([...(await broker.client.ensureTopics([spec])).values()], ['unchanged']);
    assert.equal(await broker.client.topicPartitions(topic), 2);
    await assert.rejects(broker.client.ensureTopics([{ ...spec, partitions: 3 }]), {
      code: 'topic_mismatch',
    });
  });

  test('Two processes may make the same topics at the same time', async () => {
    const specs = ['x', 'y'].map((name) => ({
      topic: broker.name(`race-${name}`),
      partitions: 3,
      replicationFactor: 1,
      config: { 'retention.ms': '3600000' },
    }));
    await Promise.all([broker.client.ensureTopics(specs), broker.client.ensureTopics(specs)]);
    for (const { topic } of specs) assert.equal(await broker.client.topicPartitions(topic), 3);
  });

  test('A topic that is there is not made again, one that is removed can be, and is empty then', async () => {
    const topic = broker.name('made-for-once');
    const spec = { topic, partitions: 2, replicationFactor: 1, config: { 'retention.ms': '3600000' } };
    assert.equal(await broker.client.hasTopic(topic), false);
    assert.equal(await broker.client.createTopic(spec), 'created');
    assert.equal(await broker.client.createTopic({ ...spec, partitions: 5 }), 'exists');
    assert.equal(await broker.client.topicPartitions(topic), 2);
    assert.equal(await broker.client.topicReplicas(topic), 1);
    const its = await broker.client.createProducer();
    await its.append(topic, 0, [record('gone soon')]);
    await its.close();
    await broker.client.deleteTopic(topic);
    await broker.client.deleteTopic(topic);
    assert.equal(await broker.client.hasTopic(topic), false);
    assert.equal(await broker.client.createTopic(spec), 'created');
    assert.deepEqual(
      (await broker.client.offsets(topic)).map(({ end }) => end),
      [0, 0],
    );
    await broker.client.deleteTopic(topic);
  });

  test('What was read can be appended elsewhere as it is, key, value, headers and time', async () => {
    const config = { 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' };
    const [from, to] = [await broker.topic(1, config), await broker.topic(1, config)];
    const bytes = Buffer.from([0, 255, 128, 10]);
    await producer.append(from, 0, [
      { key: bytes, value: bytes, headers: { raw: bytes, empty: Buffer.alloc(0) }, timestampMs: 1_000_000 },
      { key: null, value: null, headers: {}, timestampMs: 0 },
    ]);
    const read = async (topic: string): Promise<readonly KafkaRecord[]> => {
      const seen: KafkaRecord[] = [];
      const onRecord = (each: KafkaRecord) => void seen.push({ ...each, topic: '' });
      await broker.client.readRange({
        ...{ topic, from: 'earliest', onRecord, readCommitted: true, deadlineMs: 20_000 },
      });
      return seen;
    };
    const records = await read(from);
    await producer.append(
      to,
      0,
      records.map(({ key, value, headers, timestampMs }) => ({
        ...{ key, value, timestampMs },
        headers: headers as Readonly<Record<string, Buffer>>,
      })),
    );
    assert.deepEqual(await read(to), records);
    assert.deepEqual(
      records.map(({ key, value, timestampMs }) => [key, value, timestampMs]),
      [
        [bytes, bytes, 1_000_000],
        [null, null, 0],
      ],
    );
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

  test('A time leads to the first record of that time or a later one, else to the end', async () => {
    const topic = await broker.topic(2, { 'message.timestamp.type': 'CreateTime' });
    const at = (timestampMs: number) => ({ ...record(String(timestampMs)), timestampMs });
    const beganMs = Date.now() - 60_000;
    await producer.append(topic, 0, [at(beganMs), at(beganMs + 10)]);
    await producer.append(topic, 0, [at(beganMs + 20)]);
    const found = async (timeMs: number) => [...(await broker.client.offsetsAtTime(topic, timeMs))].sort();
    assert.deepEqual(await found(-1), [
      [0, 0],
      [1, 0],
    ]);
    assert.deepEqual(await found(beganMs + 1), [
      [0, 1],
      [1, 0],
    ]);
    assert.deepEqual(await found(beganMs + 20), [
      [0, 2],
      [1, 0],
    ]);
    assert.deepEqual(await found(beganMs + 21), [
      [0, 3],
      [1, 0],
    ]);
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

  test('A read that is told to end does so at once, though it waits for records that may never come', async () => {
    const topic = await broker.topic(1);
    await producer.append(topic, 0, [record('a')]);
    const stopping = new AbortController();
    const read = {
      ...{ topic, from: 'earliest' as const, until: new Map([[0, 5]]), signal: stopping.signal },
      onRecord: () => stopping.abort(new Error('told to end')),
      ...{ readCommitted: true, deadlineMs: 600_000 },
    };
    await assert.rejects(broker.client.readRange(read), /told to end/);
    await assert.rejects(broker.client.readRange(read), /told to end/);
  });
};
