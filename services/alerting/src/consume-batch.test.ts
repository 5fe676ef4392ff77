import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError, writeEventHeaders } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { BatchControl, KafkaRecord, PartitionTransactions, RecordBatch } from '@weir/kafka';
import { createBatchConsumer } from './consume-batch.ts';
import { accountKey, heldTransaction, openedHeld, recordAt } from './fixtures/notices.ts';
import type { MailOutcome } from './mailer.ts';

const { plaintext, attributes } = openedHeld(heldTransaction());

/** A record that opens to a held transaction of its own. */
function heldRecord(offset: number): KafkaRecord {
  const id = `t1_${String(offset).padStart(22, '0')}`;
  const headers = writeEventHeaders({ ...attributes, id }, '/test');
  return {
    ...recordAt('held', 2, offset),
    key: Buffer.from(accountKey),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
  };
}

const batchOf = (from: number, to: number): RecordBatch => ({
  topic: streams.held.topic,
  partition: 2,
  records: Array.from({ length: to - from }, (_, index) => heldRecord(from + index)),
  // One marker of a transaction behind the records.
  endOffset: to + 1,
  highWatermark: to + 6,
});

/** A consumer over a group in memory; every event is noted in order. */
function scripted() {
  const happenings: string[] = [];
  const world = {
    committed: undefined as number | undefined,
    publishFails: undefined as 'before' | 'after' | undefined,
    sealFails: undefined as ErrorCode | undefined,
    relay: { kind: 'accepted' } as MailOutcome,
    revoked: false,
  };
  const opener: Opener = {
    open: async (items) => items.map(() => ({ ok: true, plaintext })),
    close: () => undefined,
  };
  const sealer: Sealer = {
    seal: async (items) => {
      if (world.sealFails !== undefined) throw new WeirError(world.sealFails, 'told to fail');
      if (items.length > 0) happenings.push(`seal ${items.length}`);
      return items.map(() => Buffer.from('sealed'));
    },
    rollOver: () => undefined,
    close: () => undefined,
  };
  const openTransactions = (): PartitionTransactions => ({
    fence: async () => void happenings.push('fence'),
    committed: async () =>
      world.committed === undefined ? undefined : { next: world.committed, metadata: '' },
    publish: async ({ outputs, source }) => {
      if (world.publishFails !== 'before') world.committed = source.next;
      if (world.publishFails !== undefined) throw new WeirError('publish_outcome_unknown', 'told to fail');
      const records = outputs.reduce((sum, output) => sum + output.records.length, 0);
      happenings.push(`publish ${records} to ${source.next}`);
    },
    discard: async () => void happenings.push('discard'),
  });
  const consumer = createBatchConsumer({
    parts: {
      opening: { opener, environment: 'test' },
      sealers: { alerts: sealer, rejected: sealer },
      openTransactions,
      render: () => ({ subject: '', text: '', html: '' }),
      mailer: {
        send: async () => {
          happenings.push(`mail ${world.relay.kind}`);
          return world.relay;
        },
      },
      recipients: ['analyst@localhost'],
      limits: { maxRecordsPerRun: 2, maxParallelMails: 1 },
      observe: { tookOver: () => undefined, mailed: () => undefined, stepDone: () => undefined },
    },
    backoffMs: (failures) => failures * 100,
    onRetry: (_input, error) => happenings.push(`retry ${error.code}`),
    onProgress: (_input, lag) => happenings.push(`lag ${lag}`),
    onRelease: () => undefined,
  });
  const control: BatchControl = {
    heartbeat: async () => undefined,
    stopping: () => false,
    revoked: () => world.revoked,
    commit: async () => undefined,
  };
  return {
    world,
    consumer,
    onBatch: (batch: RecordBatch) => consumer.onBatch(batch, control),
    /** What happened since the last call. */
    happened: () => happenings.splice(0),
  };
}

test('Each run is sealed, then mailed, then published with its position, and no run is larger than allowed', async () => {
  const { onBatch, happened } = scripted();
  assert.deepEqual(await onBatch(batchOf(10, 13)), { kind: 'next', next: 14 });
  assert.deepEqual(happened(), [
    'fence',
    ...['seal 2', 'mail accepted', 'mail accepted', 'publish 2 to 12'],
    ...['seal 1', 'mail accepted', 'publish 1 to 13'],
    'lag 5',
  ]);
});

test('What the group has committed is neither mailed nor written again', async () => {
  const { world, onBatch, happened } = scripted();
  world.committed = 12;
  assert.deepEqual(await onBatch(batchOf(10, 13)), { kind: 'next', next: 14 });
  assert.deepEqual(happened(), ['fence', 'seal 1', 'mail accepted', 'publish 1 to 13', 'lag 5']);
});

test('A position behind the whole batch is gone to at once', async () => {
  const { world, onBatch, happened } = scripted();
  world.committed = 40;
  assert.deepEqual(await onBatch(batchOf(10, 13)), { kind: 'seek', next: 40 });
  assert.deepEqual(happened(), ['fence', 'lag 0']);
});

test('A relay that takes nothing publishes nothing, pauses longer each time, and the mail it took is not repeated', async () => {
  const { world, onBatch, happened } = scripted();
  world.relay = { kind: 'refused', code: 'EENVELOPE', status: 550 };
  assert.deepEqual(await onBatch(batchOf(10, 11)), { kind: 'pause', next: 10, forMs: 100 });
  assert.deepEqual(await onBatch(batchOf(10, 11)), { kind: 'pause', next: 10, forMs: 200 });
  const failed = ['fence', 'seal 1', 'mail refused', 'discard', 'retry mail_unavailable'];
  assert.deepEqual(happened(), [...failed, ...failed]);

  world.relay = { kind: 'accepted' };
  world.publishFails = 'before';
  assert.equal((await onBatch(batchOf(10, 11))).kind, 'pause');
  world.publishFails = undefined;
  assert.equal((await onBatch(batchOf(10, 11))).kind, 'next');
  assert.equal(happened().filter((one) => one === 'mail accepted').length, 1);
});

test('An alert that was committed although the answer got lost is not written again', async () => {
  const { world, onBatch, happened } = scripted();
  world.publishFails = 'after';
  assert.equal((await onBatch(batchOf(10, 12))).kind, 'pause');
  assert.deepEqual(happened().slice(-2), ['discard', 'retry publish_outcome_unknown']);
  world.publishFails = undefined;
  assert.equal((await onBatch(batchOf(10, 12))).kind, 'next');
  assert.deepEqual(happened(), ['fence', 'lag 5']);
});

test('While the KMS is away nobody is mailed; a key that is denied ends the worker', async () => {
  const { world, onBatch, happened } = scripted();
  world.sealFails = 'kms_unavailable';
  assert.equal((await onBatch(batchOf(10, 11))).kind, 'pause');
  assert.deepEqual(happened(), ['fence', 'discard', 'retry kms_unavailable']);
  world.sealFails = 'kms_denied';
  await assert.rejects(onBatch(batchOf(10, 11)), { code: 'kms_denied' });
  assert.deepEqual(happened(), ['fence', 'discard']);
});

test('A partition that was released is let go of, and nothing more is published for it', async () => {
  const { world, consumer, onBatch, happened } = scripted();
  await onBatch(batchOf(10, 11));
  world.revoked = true;
  assert.equal((await onBatch(batchOf(12, 13))).kind, 'seek');
  consumer.release([{ topic: streams.held.topic, partition: 2 }]);
  await consumer.close();
  assert.deepEqual(happened(), ['fence', 'seal 1', 'mail accepted', 'publish 1 to 11', 'lag 5', 'discard']);
});
