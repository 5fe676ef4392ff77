import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitFor } from '@weir/testkit';
import { createAdmin } from './admin.ts';
import { openKafka } from './connection.ts';
import { record } from './fixtures/contract-client.ts';
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

test('A question to a client that is closed is refused, and opens no connection that nobody would close', async () => {
  const topic = await broker.topic(1);
  const admin = createAdmin(broker.connection);
  assert.equal((await admin.offsets(topic)).length, 1);
  const underWay = admin.offsets(topic).catch((error: unknown) => error);
  await admin.close();
  await underWay;
  await assert.rejects(admin.offsets(topic), { code: 'broker_unavailable' });
});
