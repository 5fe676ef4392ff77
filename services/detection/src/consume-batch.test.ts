import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant, streams, WeirError } from '@weir/contracts';
import type { JournalRecord } from '@weir/contracts';
import type { BatchOutcome, RecordBatch } from '@weir/kafka';
import { unpackRecords } from '@weir/windows';
import { createBatchConsumer } from './consume-batch.ts';
import { createPlainConsumer, plainLog as log, plainRecords as records } from './fixtures/plain-consumer.ts';
import { batchOf, createPlainParts, plainControl, plainRecord } from './fixtures/plain-parts.ts';
import {
  receivedEvent,
  sampleTransaction,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { encodePositionMetadata } from './position-metadata.ts';

/** What the consumer accepts: `next` above the first record and not beyond the batch, anything for a seek. */
function assertAcceptable(batch: RecordBatch, outcome: BatchOutcome): void {
  if (outcome.kind !== 'next') return;
  assert.ok(outcome.next > (batch.records[0]?.offset ?? 0) && outcome.next <= batch.endOffset);
}

test('a batch is decided whole, and the next one goes on behind it', async () => {
  const { consumer, kafka, store } = createPlainConsumer();
  const batch = batchOf(records);
  assert.deepEqual(await consumer.onBatch(batch, plainControl()), { kind: 'next', next: 40 });
  assert.equal(kafka.position?.next, 40);
  assert.equal((await store.position(0))?.next, 40);
});

test('a partition lost before its first run is left where it was, which is no error', async () => {
  for (const lost of [{ revoked: () => true }, { stopping: () => true }]) {
    const { consumer, kafka } = createPlainConsumer();
    const batch = batchOf(records);
    const outcome = await consumer.onBatch(batch, plainControl(lost));
    assertAcceptable(batch, outcome);
    assert.equal(outcome.next, 0);
    assert.equal(kafka.position, undefined);
  }
});

test('a batch that lies wholly below the position is skipped, however far the position is', async () => {
  const parts = createPlainParts();
  parts.kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  await parts.store.commit({
    partition: 0,
    expected: undefined,
    next: 30,
    token: 'x',
    appends: new Map(),
    after: new Map(),
    horizons: new Map(),
  });
  const { consumer, kafka } = createPlainConsumer(parts);
  const batch = batchOf(records.slice(0, 10));
  const outcome = await consumer.onBatch(batch, plainControl());
  assertAcceptable(batch, outcome);
  assert.equal(outcome.next, 30);
  assert.deepEqual(kafka.outputs, []);
});

test('a batch that begins behind the position is fetched again from there, once', async () => {
  const { consumer, kafka, parts } = createPlainConsumer();
  await consumer.onBatch(batchOf(records.slice(0, 10)), plainControl());
  const restarted = createBatchConsumer({
    parts,
    backoffMs: () => 1,
    pace: async () => undefined,
    seek: () => undefined,
    onCrash: () => undefined,
    onRetry: () => undefined,
    onLag: () => undefined,
  });
  const gap = batchOf(records.slice(12));
  assert.deepEqual(await restarted.onBatch(gap, plainControl()), { kind: 'seek', next: 10 });
  // Read again from there it begins at the same record: the offsets between have none.
  assert.deepEqual(await restarted.onBatch(gap, plainControl()), { kind: 'next', next: 40 });
  const journal = kafka.outputs.filter(({ topic }) => topic === streams.decisions.topic);
  const spans = journal.map(({ records: [record] }) => {
    const { from, to } = JSON.parse(String(record?.value)) as { from: number; to: number };
    return [from, to];
  });
  assert.deepEqual(spans, [
    [0, 10],
    [10, 40],
  ]);
});

test('an error that may pass pauses the partition longer each time, and nothing is published', async () => {
  const { consumer, kafka, opener, retries } = createPlainConsumer();
  opener.failure = new WeirError('kms_unavailable', 'away');
  for (const forMs of [100, 200]) {
    assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), {
      kind: 'pause',
      next: 0,
      forMs,
    });
  }
  assert.deepEqual(kafka.outputs, []);
  opener.failure = undefined;
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
  opener.failure = new WeirError('kms_unavailable', 'away again');
  await consumer.onBatch(
    batchOf([plainRecord(40, receivedEvent(sampleTransactions(90, 91)[0]!))]),
    plainControl(),
  );
  assert.deepEqual(
    retries.map(({ forMs }) => forMs),
    [100, 200, 100],
  );
});

test('an error that needs a person, and one nobody knows, is thrown', async () => {
  for (const failure of [
    new WeirError('kms_denied', 'no'),
    new WeirError('kms_key_disabled', 'no'),
    new TypeError('a bug'),
  ]) {
    const { consumer, opener } = createPlainConsumer();
    opener.failure = failure;
    await assert.rejects(consumer.onBatch(batchOf(records), plainControl()), failure);
  }
});

test('after a failed transaction the partition is taken over again, and every verdict is published once', async () => {
  const { consumer, kafka, store } = createPlainConsumer();
  kafka.failure = new WeirError('publish_outcome_unknown', 'lost');
  assert.equal((await consumer.onBatch(batchOf(records), plainControl())).kind, 'pause');
  assert.equal((await store.position(0))?.next, 40);
  kafka.failure = undefined;
  const { fences } = kafka;
  await consumer.onBatch(batchOf(records), plainControl());
  assert.equal(kafka.fences, fences + 1);
  const verdicts = kafka.outputs.flatMap(({ topic, records: sealed }) =>
    topic === streams.decisions.topic ? [] : sealed.map(({ value }) => String(value)),
  );
  const offsets = verdicts.map((text) => (JSON.parse(text) as { sourceOffset: number }).sourceOffset);
  assert.deepEqual(
    offsets.toSorted((a, b) => a - b),
    Array.from({ length: 39 }, (_unused, index) => index + 1),
  );
});

test('a partition that goes on failing makes the worker say that it is stuck, until it goes on or is let go', async () => {
  for (const end of ['mended', 'let go'] as const) {
    const { consumer, opener } = createPlainConsumer();
    opener.failure = new WeirError('kms_unavailable', 'away');
    for (const stuck of [false, false, true]) {
      await consumer.onBatch(batchOf(records), plainControl());
      assert.equal(consumer.isStuck(), stuck);
    }
    opener.failure = undefined;
    if (end === 'mended') await consumer.onBatch(batchOf(records), plainControl());
    else consumer.assigned([]);
    assert.equal(consumer.isStuck(), false);
  }
});

test('a record that can never be published is found and refused, and every other one gets its verdict', async () => {
  const plain = createPlainParts();
  const publish = plain.parts.openTransactions(0).publish;
  const poisoned = '"sourceOffset":17';
  const parts = {
    ...plain.parts,
    openTransactions: (partition: number) => ({
      ...plain.parts.openTransactions(partition),
      publish: async (step: Parameters<typeof publish>[0]) => {
        const values = step.outputs.flatMap(({ records: sealed }) =>
          sealed.map(({ value }) => String(value)),
        );
        if (values.some((value) => value.includes(poisoned))) {
          throw new WeirError('processing_failed', 'too large');
        }
        await publish(step);
      },
    }),
  };
  const { consumer, kafka } = createPlainConsumer({ ...plain, parts });
  let outcome = await consumer.onBatch(batchOf(records), plainControl());
  for (let tries = 0; outcome.kind !== 'next' && tries < 10; tries += 1) {
    outcome = await consumer.onBatch(batchOf(records), plainControl());
  }
  assert.deepEqual(outcome, { kind: 'next', next: 40 });
  const journal = kafka.outputs
    .filter(({ topic }) => topic === streams.decisions.topic)
    .flatMap(({ records: sealed }) => sealed.map(({ value }) => JSON.parse(String(value)) as JournalRecord))
    .flatMap(({ decisions }) => decisions);
  assert.deepEqual(
    journal.map(({ offset }) => offset),
    Array.from({ length: 40 }, (_unused, index) => index),
  );
  const rejected = journal.filter((one) => one.outcome === 'rejected');
  assert.deepEqual(rejected, [{ offset: 17, outcome: 'rejected', code: 'processing_failed' }]);
  // It stays in the windows, where a rebuild from the log would put it again.
  const account = String(records[17]?.key);
  const segments = (await plain.store.load(0, [account])).get(account) ?? [];
  const stored = segments.flatMap((segment) => unpackRecords(segment)).map(({ offset }) => offset);
  assert.ok(stored.includes(17));
});

/** The n-th minute's payment of one account, as ingest saw it at once. */
const paymentOf = (offset: number, minute: number) => {
  const time = formatInstant(Date.UTC(2026, 0, 5) + minute * 60_000);
  const content = { account: { other: { id: 'one' } }, eventTime: time, observedAt: time };
  return plainRecord(offset, receivedEvent(sampleTransaction(offset, content)));
};

test('a commit that a broker takes back is made again by the very records it was made by before', async () => {
  const days = 24 * 60;
  const old = [records[0]!, ...Array.from({ length: 399 }, (_unused, n) => paymentOf(n + 1, n))];
  // The second of these makes all before them forgettable.
  const takenBack = [paymentOf(400, 400), paymentOf(401, 200 * days)];
  const later = Array.from({ length: 400 }, (_unused, n) => paymentOf(402 + n, 200 * days + n));
  const { consumer, kafka, store } = createPlainConsumer();
  await consumer.onBatch(batchOf(old), plainControl());
  kafka.outputs.splice(0);
  await consumer.onBatch(batchOf(takenBack), plainControl());
  const once = kafka.outputs.splice(0);
  kafka.failure = new WeirError('publish_outcome_unknown', 'the broker was killed');
  await consumer.onBatch(batchOf(later), plainControl());
  assert.equal((await store.position(0))?.next, 802);
  kafka.failure = undefined;
  kafka.position = { next: 400, metadata: encodePositionMetadata(log) };
  assert.deepEqual(await consumer.onBatch(batchOf(later), plainControl()), { kind: 'seek', next: 400 });
  await consumer.onBatch(batchOf(takenBack), plainControl());
  assert.deepEqual(kafka.outputs, once);
});
