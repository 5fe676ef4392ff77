import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WeirError } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { openKafka } from './connection.ts';
import type { OnBatch } from './consumer-types.ts';
import { goOn, record, runFor } from './fixtures/contract-client.ts';
import { openTestClient } from './open-test-client.ts';
import type { TestClient } from './open-test-client.ts';
import type { Producer } from './producer.ts';

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

const deleteRecords = async (topic: string, before: string): Promise<void> => {
  const admin = openKafka(broker.connection).admin();
  try {
    // Deleting needs the topic's metadata and doesn't fetch it; asking for offsets does.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: before }] });
  } finally {
    await admin.disconnect();
  }
};

test('A batch compressed with a codec Weir does not read ends the consumer and says why', async () => {
  const topic = await broker.topic(1, { 'compression.type': 'zstd' });
  await producer.append(topic, 0, [record('x'.repeat(1_000))]);
  await runFor(
    broker.client,
    topic,
    async (batch) => goOn(batch),
    async (crashes) => {
      await waitFor(() => crashes.length > 0);
      assert.equal((crashes[0] as WeirError).code, 'topic_mismatch');
      assert.match(crashes[0]?.message ?? '', /zstd/);
    },
  );
});

test('A position whose records were deleted ends the consumer and stays as it was committed', async () => {
  const topic = await broker.topic(1);
  await producer.append(topic, 0, ['a', 'b', 'c', 'd'].map(record));
  const commitFirst: OnBatch = async (batch, control) => {
    await control.commit(1, 'kept');
    return goOn(batch);
  };
  const groupId = `${topic}-group`;
  const committed = async () => (await broker.client.groupPositions(groupId, topic))[0];
  await runFor(broker.client, topic, commitFirst, () =>
    waitFor(async () => (await committed())?.next === 1).then(() => undefined),
  );
  await deleteRecords(topic, '3');
  let calls = 0;
  const onBatch: OnBatch = async (batch) => {
    calls += 1;
    return goOn(batch);
  };
  await runFor(broker.client, topic, onBatch, async (crashes) => {
    await waitFor(() => crashes.length > 0);
    assert.equal((crashes[0] as WeirError).code, 'log_truncated');
    assert.equal(calls, 0);
  });
  assert.deepEqual(await committed(), { partition: 0, next: 1, metadata: 'kept' });
});
