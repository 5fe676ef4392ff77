import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { BatchControl, ConsumerOptions, KafkaRecord, RecordBatch } from '@weir/kafka';
import { waitFor } from '@weir/testkit';
import { clearedEvents } from './fixtures/cleared-events.ts';
import { createMemoryPositions, createMemoryWorld } from './fixtures/memory-subscription.ts';
import type { MemoryWorld } from './fixtures/memory-subscription.ts';

let world: MemoryWorld;
beforeEach(async () => {
  world = await createMemoryWorld(1);
});
afterEach(() => world.stop());

const at = { topic: 'cleared', partition: 0 };
const control: BatchControl = {
  heartbeat: async () => undefined,
  stopping: () => false,
  revoked: () => false,
  commit: async () => undefined,
};

/** A consumer that the test plays the group for. */
function heldConsumer() {
  const joined = Promise.withResolvers<ConsumerOptions>();
  const client = {
    ...world.client,
    runConsumer: async (options: ConsumerOptions) => {
      joined.resolve(options);
      const nothing = (): void => undefined;
      return {
        stop: async () => undefined,
        pause: nothing,
        resume: nothing,
        seek: nothing,
        lag: async () => [],
      };
    },
  };
  return { client, joined: joined.promise };
}

async function wholeBatch(): Promise<RecordBatch> {
  const records: KafkaRecord[] = [];
  await world.client.readRange({
    topic: at.topic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: 5_000,
  });
  return { ...at, records, endOffset: records.length, highWatermark: records.length };
}

test('a partition that comes back while its handler runs is handled only after that has ended, behind it', async () => {
  await world.write(0, clearedEvents(0, [0]));
  const batch = await wholeBatch();
  const consumer = heldConsumer();
  const positions = createMemoryPositions();
  const gate = Promise.withResolvers<void>();
  const calls: string[] = [];
  const subscription = await world.subscribe({
    positions,
    kafka: consumer.client,
    onTransaction: async (_event, { position }) => {
      calls.push('begins');
      await gate.promise;
      positions.stored.set(0, position);
      calls.push('ends');
    },
  });
  const group = await consumer.joined;
  group.onAssigned?.([at]);
  const first = group.onBatch(batch, control);
  await waitFor(() => calls.length === 1, { what: 'the handler' });

  group.onRevoked?.([at]);
  group.onAssigned?.([at]);
  const second = group.onBatch(batch, control);
  gate.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(calls, ['begins', 'ends']);
  await subscription.stop();
});

test('stop waits for a handler however long the consumer is willing to', async () => {
  await world.write(0, clearedEvents(0, [0]));
  const batch = await wholeBatch();
  const consumer = heldConsumer();
  const gate = Promise.withResolvers<void>();
  const calls: string[] = [];
  const subscription = await world.subscribe({
    kafka: consumer.client,
    onTransaction: async () => {
      calls.push('begins');
      await gate.promise;
      calls.push('ends');
    },
    close: async () => void calls.push('closed'),
  });
  const group = await consumer.joined;
  group.onAssigned?.([at]);
  const handling = group.onBatch(batch, control);
  await waitFor(() => calls.length === 1, { what: 'the handler' });
  const stopping = subscription.stop();
  gate.resolve();
  await Promise.all([handling, stopping]);
  assert.deepEqual(calls, ['begins', 'ends', 'closed']);
});

test('a handler is told that its partition is lost while it runs, and giving up then is no failure', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  await world.write(0, clearedEvents(0, [0]));
  const batch = await wholeBatch();
  const consumer = heldConsumer();
  const started = Promise.withResolvers<void>();
  const subscription = await world.subscribe({
    kafka: consumer.client,
    positions: createMemoryPositions(),
    handlerAttempts: 1,
    onTransaction: async (_event, { signal }) => {
      started.resolve();
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('gave up'))),
      );
    },
  });
  const group = await consumer.joined;
  group.onAssigned?.([at]);
  let isLost = false;
  const interrupted = group.onBatch(batch, {
    ...control,
    heartbeat: async () => (isLost ? Promise.reject(new Error('the group rebalances')) : undefined),
    revoked: () => isLost,
  });
  await started.promise;
  isLost = true;
  t.mock.timers.tick(1_000);
  assert.deepEqual({ ...(await interrupted), forMs: 0 }, { kind: 'pause', next: 0, forMs: 0 });
  await subscription.stop();
  await subscription.done;
});

test('stop does not wait for a position that is never loaded', async () => {
  const asked = Promise.withResolvers<void>();
  const subscription = await world.subscribe({
    positions: {
      load: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    },
  });
  await asked.promise;
  await subscription.stop();
  await subscription.done;
});
