import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, RecordBatch } from '@weir/kafka';
import { recordAt } from '../fixtures/opened-records.ts';
import { createIntakeConsumer } from './intake-consumer.ts';

const at = { topic: streams.held.topic, partition: 2 };

const batchOf = (from: number, to: number): RecordBatch => ({
  ...at,
  records: Array.from({ length: to - from }, (_, index) => recordAt('held', 2, from + index)),
  // One marker of a transaction behind the records.
  endOffset: to + 1,
  highWatermark: to + 6,
});

/** A consumer over a stored position; what is taken in is noted in order. */
function scripted(stored?: number, earliest = 0) {
  const happenings: string[] = [];
  const world = { stored, earliest, isAway: false, revoked: false, onTurn: (): void => undefined };
  const consumer = createIntakeConsumer({
    readPosition: async () => {
      if (world.isAway) throw new WeirError('store_unavailable', 'told to fail');
      const next = Math.max(world.stored ?? world.earliest, world.earliest);
      return { stored: world.stored, next, missing: world.stored === undefined ? 0 : next - world.stored };
    },
    takeIn: async (_input, { from, next, records }, isLost) => {
      if (world.isAway) throw new WeirError('store_unavailable', 'told to fail');
      world.onTurn();
      if (isLost()) return { kind: 'left' };
      if (world.stored !== from) return { kind: 'moved' };
      world.stored = next;
      happenings.push(`${records.map(({ offset }) => offset).join(' ')} to ${next}`);
      return { kind: 'taken' };
    },
    maxRecordsPerRun: 2,
    backoffMs: (failures) => failures * 100,
    onPlaced: () => undefined,
    onRetry: (_input, error) => happenings.push(`retry ${error.code}`),
    onProgress: (_input, lag) => happenings.push(`lag ${lag}`),
    onRelease: () => happenings.push('released'),
  });
  const control: BatchControl = {
    heartbeat: async () => undefined,
    stopping: () => false,
    revoked: () => world.revoked,
    commit: async (next) => void happenings.push(`commit ${next}`),
  };
  return {
    world,
    consumer,
    onBatch: (batch: RecordBatch): Promise<BatchOutcome> => consumer.onBatch(batch, control),
    happened: () => happenings.splice(0),
  };
}

test('A batch is taken in by runs, and the committed offset of the group follows', async () => {
  const { onBatch, happened } = scripted(10);
  assert.deepEqual(await onBatch(batchOf(10, 13)), { kind: 'next', next: 14 });
  assert.deepEqual(happened(), ['10 11 to 12', '12 to 14', 'lag 5', 'commit 14']);
});

test('What the store has is skipped, wherever the group stands', async () => {
  const { onBatch, happened } = scripted(12);
  assert.deepEqual(await onBatch(batchOf(10, 13)), { kind: 'next', next: 14 });
  assert.deepEqual(happened(), ['12 to 14', 'lag 5', 'commit 14']);
  const ahead = scripted(40);
  assert.deepEqual(await ahead.onBatch(batchOf(10, 13)), { kind: 'seek', next: 40 });
});

test('A group that ran ahead of the store is taken back, and nothing between is left out', async () => {
  const { onBatch, happened } = scripted(10);
  assert.deepEqual(await onBatch(batchOf(20, 22)), { kind: 'seek', next: 10 });
  assert.deepEqual(await onBatch(batchOf(10, 12)), { kind: 'next', next: 13 });
  // A gap of markers alone.
  assert.deepEqual(await onBatch(batchOf(15, 16)), { kind: 'next', next: 17 });
  assert.deepEqual(
    happened().filter((one) => one.includes('to')),
    ['10 11 to 13', '15 to 17'],
  );
});

test('A partition that the store knows nothing of is read from its beginning', async () => {
  const { onBatch, consumer } = scripted(undefined, 3);
  assert.equal(await consumer.place(at), 3);
  assert.deepEqual(await onBatch(batchOf(20, 22)), { kind: 'seek', next: 3 });
});

test('A position that somebody else has moved is read again, and the batch with it', async () => {
  const { world, onBatch, happened } = scripted(10);
  await onBatch(batchOf(10, 12));
  world.stored = 5;
  assert.deepEqual(await onBatch(batchOf(13, 14)), { kind: 'seek', next: 5 });
  assert.deepEqual(await onBatch(batchOf(5, 7)), { kind: 'next', next: 8 });
  world.stored = 30;
  assert.deepEqual(await onBatch(batchOf(8, 9)), { kind: 'seek', next: 30 });
  assert.deepEqual(
    happened().filter((one) => one.includes('to')),
    ['10 11 to 13', '5 6 to 8'],
  );
});

test('While the store is away the partition waits longer each time, and goes on where it was', async () => {
  const { world, onBatch, happened } = scripted(10);
  world.isAway = true;
  assert.deepEqual(await onBatch(batchOf(10, 12)), { kind: 'pause', next: 10, forMs: 100 });
  assert.deepEqual(await onBatch(batchOf(10, 12)), { kind: 'pause', next: 10, forMs: 200 });
  world.isAway = false;
  assert.deepEqual(await onBatch(batchOf(10, 12)), { kind: 'next', next: 13 });
  assert.deepEqual(happened(), [
    ...['retry store_unavailable', 'retry store_unavailable'],
    ...['10 11 to 13', 'lag 5', 'commit 13'],
  ]);
});

test('A partition that was revoked takes nothing in, and is asked for anew when it comes back', async () => {
  const { world, consumer, onBatch, happened } = scripted(10);
  world.revoked = true;
  assert.deepEqual(await onBatch(batchOf(10, 12)), { kind: 'seek', next: 10 });
  consumer.release([at]);
  world.revoked = false;
  // Another worker has gone on meanwhile.
  world.stored = 12;
  assert.deepEqual(await onBatch(batchOf(10, 14)), { kind: 'next', next: 15 });
  assert.deepEqual(happened(), ['released', '12 13 to 15', 'lag 5', 'commit 15']);
});

test('A partition that is revoked while its run waits for its turn goes on from there with its next owner', async () => {
  const { world, consumer, onBatch, happened } = scripted(10);
  world.onTurn = () => void (world.revoked ||= world.stored === 12);
  assert.deepEqual(await onBatch(batchOf(10, 14)), { kind: 'seek', next: 12 });
  assert.deepEqual(happened(), ['10 11 to 12']);
  consumer.release([at]);
  Object.assign(world, { revoked: false, onTurn: () => undefined });
  assert.deepEqual(await onBatch(batchOf(10, 14)), { kind: 'next', next: 15 });
  assert.deepEqual(happened(), ['released', '12 13 to 15', 'lag 5', 'commit 15']);
});
