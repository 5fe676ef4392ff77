import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createHeldConsumer, timesIn } from './fixtures/held-consumer.ts';
import {
  createPlainConsumer,
  plainLog as log,
  plainRecords as records,
  promisesSettled,
} from './fixtures/plain-consumer.ts';
import { batchOf, createPlainParts, plainControl, silentObserver } from './fixtures/plain-parts.ts';
import { encodePositionMetadata } from './position-metadata.ts';

/** The group moves on while a batch, records 20 to 39, is at its chain commit, which is held. */
async function loseMembershipAtWork(
  consumer: ReturnType<typeof createHeldConsumer>['consumer'],
  hold: (call: string) => void,
) {
  await consumer.onBatch(batchOf(records.slice(0, 20)), plainControl());
  hold('commit');
  let isLost = false;
  const step = consumer.onBatch(batchOf(records.slice(20)), plainControl({ revoked: () => isLost }));
  await promisesSettled();
  isLost = true;
  consumer.revoked();
  // In an object, since to return the promise itself would wait for it.
  return { step };
}

test('windows that are distrusted while a step is at work are rebuilt, whatever that step still stores', async () => {
  const damages: unknown[] = [];
  const observe = { ...silentObserver, windowsDamaged: (...said: unknown[]) => void damages.push(said) };
  const { consumer, store, kafka, hold, release } = createHeldConsumer({ observe });
  await consumer.onBatch(batchOf(records.slice(0, 20)), plainControl());
  const [owned] = consumer.owned();
  assert.ok(owned !== undefined);
  hold('commit');
  const step = consumer.onBatch(batchOf(records.slice(20)), plainControl());
  await promisesSettled();
  hold('fence');
  const distrusted = consumer.distrust(owned);
  await promisesSettled();
  release('commit');
  assert.equal((await step).kind, 'pause');
  assert.equal((await store.position(0))?.next, 40);
  release('fence');
  await distrusted;
  assert.deepEqual([damages, await store.position(0)], [[[0, { stored: 40 }]], undefined]);
  await consumer.onBatch(batchOf(records), plainControl());
  assert.deepEqual([kafka.position?.next, (await store.position(0))?.next], [40, 40]);
});

test('a muted replay ends where its partition is let go', async () => {
  const plain = createPlainParts();
  const limits = { ...plain.parts.limits, maxRecordsPerRun: 10 };
  const { consumer, kafka, store, calls, hold, release } = createHeldConsumer({ limits });
  kafka.position = { next: 40, metadata: encodePositionMetadata(log) };
  hold('commit');
  const step = consumer.onBatch(batchOf(records), plainControl());
  await promisesSettled();
  consumer.assigned([]);
  release('commit');
  assert.equal((await step).kind, 'pause');
  assert.deepEqual([timesIn(calls, 'commit'), (await store.position(0))?.next], [1, 10]);
});

test('a partition that is let go while it waits to be taken over is left to whoever has it now', async () => {
  const { consumer, kafka, calls, hold, release } = createHeldConsumer();
  consumer.assigned([]);
  kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  await promisesSettled();
  const before = timesIn(calls, 'fence');
  hold('fence');
  consumer.assigned([0, 1, 2, 3, 4, 5]);
  await promisesSettled();
  assert.equal(timesIn(calls, 'fence'), before + 4);
  consumer.assigned([]);
  release('fence');
  await promisesSettled();
  assert.equal(timesIn(calls, 'fence'), before + 4);
});

test('a partition that is let go while it is taken over has no windows cleared', async () => {
  const { consumer, kafka, calls, hold, release } = createHeldConsumer();
  kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  hold('position');
  consumer.assigned([0]);
  await promisesSettled();
  consumer.assigned([]);
  release('position');
  await promisesSettled();
  assert.deepEqual([timesIn(calls, 'position'), timesIn(calls, 'clear')], [1, 0]);
});

test('windows are distrusted only while their partition is this worker’s', async () => {
  const { consumer, store, kafka } = createPlainConsumer();
  await consumer.onBatch(batchOf(records), plainControl());
  const [owned] = consumer.owned();
  assert.ok(owned !== undefined);
  const { fences } = kafka;
  consumer.revoked();
  await consumer.distrust(owned);
  assert.deepEqual([kafka.fences, (await store.position(0))?.next], [fences, 40]);
});

test('a partition whose batch fails when the group has moved on is tried again without waiting for a record', async () => {
  const { consumer, store, sought, clock, hold, release } = createHeldConsumer();
  const { step } = await loseMembershipAtWork(consumer, hold);
  consumer.assigned([0]);
  await store.clear(0);
  release('commit');
  assert.equal((await step).kind, 'pause');
  assert.deepEqual(sought, [20]);
  clock.pass(100);
  await consumer.check();
  assert.deepEqual(sought, [20, 0]);
});

test('a partition taken over again while a batch of the membership before is at work is read on from where its windows end', async () => {
  const { consumer, sought, hold, release } = createHeldConsumer();
  const { step } = await loseMembershipAtWork(consumer, hold);
  const [owned] = consumer.owned();
  assert.ok(owned !== undefined);
  consumer.assigned([0]);
  await consumer.distrust(owned);
  assert.deepEqual(sought, [20]);
  release('commit');
  assert.equal((await step).kind, 'pause');
  assert.deepEqual(sought, [20, 0]);
});

test('a take-over that fails while a batch of the membership before is at work is made again after it', async () => {
  let isAway = false;
  const logOffsets = async () => {
    if (isAway) throw new WeirError('broker_unavailable', 'away');
    return { earliest: 0, end: 1_000, partitionCount: 1 };
  };
  const { consumer, sought, hold, release } = createHeldConsumer({ logOffsets });
  const { step } = await loseMembershipAtWork(consumer, hold);
  isAway = true;
  consumer.assigned([]);
  consumer.assigned([0]);
  await promisesSettled();
  isAway = false;
  release('commit');
  assert.equal((await step).kind, 'pause');
  await promisesSettled();
  assert.deepEqual(sought, [20]);
});
