import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError, writeEventHeaders } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { BatchControl, KafkaRecord, PartitionTransactions, RecordBatch } from '@weir/kafka';
import type { DeliveryOutcome } from './channel.ts';
import { createBatchConsumer } from './consume-batch.ts';
import { scriptedChannel, silentObserver } from './fixtures/scripted-channel.ts';
import { accountKey, heldTransaction, openedHeld, recordAt } from './fixtures/notices.ts';

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
function scripted(options: { readonly webhook?: true } = {}) {
  const happenings: string[] = [];
  const world = {
    committed: undefined as number | undefined,
    publishFails: undefined as 'before' | 'after' | undefined,
    sealFails: undefined as ErrorCode | undefined,
    relay: { kind: 'accepted' } as DeliveryOutcome,
    receiver: { kind: 'accepted' } as DeliveryOutcome,
    revoked: false,
  };
  const opener: Opener = {
    forget: () => undefined,
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
      sealers: { alerts: sealer, rejected: sealer, intake: sealer },
      openTransactions,
      channels: [
        scriptedChannel('mail', () => {
          happenings.push(`mail ${world.relay.kind}`);
          return world.relay;
        }),
        ...(options.webhook === true
          ? [
              scriptedChannel('webhook', () => {
                happenings.push(`webhook ${world.receiver.kind}`);
                return world.receiver;
              }),
            ]
          : []),
      ],
      limits: { maxRecordsPerRun: 2 },
      observe: { ...silentObserver, gaveUp: (channel) => happenings.push(`${channel} left`) },
    },
    backoffMs: (failures, askedMs) => Math.max(failures * 100, askedMs),
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
  const failed = ['fence', 'seal 1', 'mail refused', 'discard', 'retry mail_refused'];
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

test('A webhook that is away pauses its partition as long as it asked, and no mail is repeated', async () => {
  const { world, onBatch, happened } = scripted({ webhook: true });
  world.receiver = { kind: 'unavailable', code: 'http_status', status: 429, retryAfterMs: 7_000 };
  assert.deepEqual(await onBatch(batchOf(10, 11)), { kind: 'pause', next: 10, forMs: 7_000 });
  assert.deepEqual(happened(), [
    ...['fence', 'seal 1', 'mail accepted', 'webhook unavailable', 'discard'],
    'retry webhook_unavailable',
  ]);
  world.receiver = { kind: 'accepted' };
  assert.equal((await onBatch(batchOf(10, 11))).kind, 'next');
  assert.deepEqual(happened(), ['fence', 'seal 1', 'webhook accepted', 'publish 1 to 11', 'lag 5']);
});

test('A webhook that refuses for good is tried three times and left, and the mails go on', async () => {
  const { world, onBatch, happened } = scripted({ webhook: true });
  world.receiver = { kind: 'refused', code: 'http_status', status: 401 };
  for (const forMs of [100, 200])
    assert.deepEqual(await onBatch(batchOf(10, 11)), { kind: 'pause', next: 10, forMs });
  happened();
  assert.equal((await onBatch(batchOf(10, 11))).kind, 'next');
  assert.deepEqual(happened(), [
    ...['fence', 'seal 1', 'webhook refused', 'webhook left', 'publish 1 to 11', 'lag 5'],
  ]);
  assert.equal((await onBatch(batchOf(12, 13))).kind, 'pause');
  assert.deepEqual(happened().slice(0, 3), ['seal 1', 'mail accepted', 'webhook refused']);
});

test('A webhook that refuses for good delays each run alike, however many there are', async () => {
  const { world, onBatch } = scripted({ webhook: true });
  world.receiver = { kind: 'refused', code: 'http_status', status: 401 };
  const pausesMs: number[] = [];
  for (;;) {
    const outcome = await onBatch(batchOf(10, 16));
    if (outcome.kind !== 'pause') break;
    pausesMs.push(outcome.forMs);
  }
  assert.deepEqual(pausesMs, [100, 200, 100, 200, 100, 200]);
});

test('A relay that is away keeps no webhook from its receiver', async () => {
  const { world, onBatch, happened } = scripted({ webhook: true });
  world.relay = { kind: 'unavailable', code: 'ECONNREFUSED', status: undefined };
  await onBatch(batchOf(10, 11));
  await onBatch(batchOf(10, 11));
  const sent = happened().filter((one) => /^(mail|webhook) /.test(one));
  assert.deepEqual(sent, ['mail unavailable', 'webhook accepted', 'mail unavailable']);
});
