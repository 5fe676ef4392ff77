import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { waitFor } from '@weir/testkit';
import {
  clearedEvents,
  clearedTransactionAt,
  numbers,
  releasedEvent,
  releasedTransactionAt,
} from './fixtures/cleared-events.ts';
import { createMemoryPositions, createMemoryWorld } from './fixtures/memory-subscription.ts';
import type { MemoryWorld } from './fixtures/memory-subscription.ts';
import { PositionMovedError } from './subscription-error.ts';

let world: MemoryWorld;
beforeEach(async () => {
  world = await createMemoryWorld(2);
});
afterEach(() => world.stop());

test('without a position every event comes from the earliest on, opened, typed and in the order of its partition', async () => {
  await world.write(0, clearedEvents(0, numbers(0, 450)));
  await world.write(1, clearedEvents(1, numbers(0, 30)));
  await world.subscribe({ positions: createMemoryPositions() });
  await world.handledCount(480);
  assert.deepEqual(world.sourceOffsets(0), numbers(0, 450));
  assert.deepEqual(world.sourceOffsets(1), numbers(0, 30));
  const { transaction, verdict, type } = world.handled[0]!.event;
  const written = clearedTransactionAt(world.handled[0]!.event.sourcePartition, 0);
  assert.deepEqual({ transaction, verdict }, { transaction: written.transaction, verdict: written.verdict });
  assert.equal(type, 'weir.transaction.cleared.v1');
});

test('a subscription goes on behind the stored position, without a gap or a repeat', async () => {
  const positions = createMemoryPositions();
  await world.write(0, clearedEvents(0, numbers(0, 10)));
  const first = await world.subscribe({ positions });
  await world.handledCount(10);
  await first.stop();
  await first.done;
  await world.write(0, clearedEvents(0, numbers(10, 15)));
  await world.subscribe({ positions });
  await world.handledCount(15);
  assert.deepEqual(world.sourceOffsets(), numbers(0, 15));
  assert.equal(world.handled[10]!.delivery.previous?.offset, 9);
});

test('a verdict that the broker shows twice comes once', async () => {
  await world.write(0, clearedEvents(0, [0, 1, 2]));
  await world.write(0, clearedEvents(0, [1, 2, 5]));
  await world.subscribe({ positions: createMemoryPositions() });
  await world.handledCount(4);
  assert.deepEqual(world.sourceOffsets(), [0, 1, 2, 5]);
});

test('what people released comes as its own kind, with its release, however far behind the clearances it stands', async () => {
  await world.write(0, clearedEvents(0, [4, 5]));
  await world.write(0, [releasedEvent(releasedTransactionAt(0, 2, 7))]);
  await world.write(0, clearedEvents(0, [6]));
  await world.subscribe({ positions: createMemoryPositions() });
  await world.handledCount(4);
  assert.deepEqual(world.sourceOffsets(), [4, 5, 2, 6]);
  const { event, delivery } = world.handled[2]!;
  assert.ok(event.type === 'weir.transaction.released.v1');
  assert.deepEqual(event.release, releasedTransactionAt(0, 2, 7).release);
  assert.equal(event.transaction.transactionId, 'tx-0-2');
  assert.equal(delivery.deduplicationId, `released_${event.identity}`);
  assert.deepEqual(delivery.position.sourceOffsets, {
    'weir.transaction.cleared.v1': 5,
    'weir.transaction.released.v1': 7,
  });
});

test('a release that is shown twice comes once, also after a stop and behind a position stored by an earlier release', async () => {
  const positions = createMemoryPositions();
  positions.stored.set(0, { offset: 1, sourceOffsets: { 'weir.transaction.cleared.v1': 5 } });
  const releases = [
    releasedEvent(releasedTransactionAt(0, 2, 7)),
    releasedEvent(releasedTransactionAt(0, 1, 9)),
  ];
  await world.write(0, clearedEvents(0, [4, 5]));
  await world.write(0, [...releases, releases[0]!]);
  const first = await world.subscribe({ positions });
  await world.handledCount(2);
  await first.stop();
  await world.write(0, [...releases, ...clearedEvents(0, [5, 6])]);
  await world.subscribe({ positions });
  await world.handledCount(3);
  assert.deepEqual(world.sourceOffsets(), [2, 1, 6]);
});

test('a position that was set by hand, without a fingerprint, is taken at its word', async () => {
  const positions = createMemoryPositions();
  positions.stored.set(0, { offset: 4, sourceOffsets: {} });
  await world.write(0, clearedEvents(0, numbers(0, 10)));
  await world.subscribe({ positions });
  await world.handledCount(5);
  assert.deepEqual(world.sourceOffsets(), numbers(5, 10));
});

test('without positions an event comes again only with the same deduplication id', async () => {
  await world.write(0, clearedEvents(0, numbers(0, 5)));
  const seen: string[] = [];
  const first = await world.subscribe({
    handlerAttempts: 1,
    onTransaction: (event, { deduplicationId }) => {
      seen.push(deduplicationId);
      if (event.sourceOffset === 3) throw new Error('the disk is full');
    },
  });
  await assert.rejects(first.done, { code: 'handler_failed' });
  const second = await world.subscribe({
    onTransaction: (_event, { deduplicationId }) => void seen.push(deduplicationId),
  });
  await waitFor(() => new Set(seen).size === 5, { what: 'every event' });
  assert.equal(seen.length, 6);
  await second.stop();
  await world.write(0, clearedEvents(0, [5]));
  await world.subscribe();
  await world.handledCount(1);
  assert.deepEqual(world.sourceOffsets(), [5]);
});

test('an event whose handler runs is committed only after it has resolved', async () => {
  await world.write(0, clearedEvents(0, [0, 1]));
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const subscription = await world.subscribe({
    onTransaction: async () => {
      started.resolve();
      await gate.promise;
    },
  });
  await started.promise;
  const committed = async () => (await world.client.groupPositions('test-group', 'cleared'))[0]?.next;
  assert.equal(await committed(), undefined);
  const stopping = subscription.stop();
  gate.resolve();
  await stopping;
  assert.equal(await committed(), 1);
});

test('a handler is tried again, and what it threw is the cause of the end', async () => {
  await world.write(0, clearedEvents(0, [0, 1]));
  const reason = new Error('no such table');
  let calls = 0;
  const subscription = await world.subscribe({
    positions: createMemoryPositions(),
    onTransaction: (event) => {
      if (event.sourceOffset === 0) return;
      calls += 1;
      throw reason;
    },
  });
  await assert.rejects(subscription.done, {
    name: 'SubscriptionError',
    code: 'handler_failed',
    cause: reason,
    place: { topic: 'cleared', partition: 0, offset: 1 },
  });
  assert.equal(calls, 2);
});

test('a handler that stored its position and then threw is not called for that event again', async () => {
  await world.write(0, clearedEvents(0, numbers(0, 4)));
  const positions = createMemoryPositions();
  const effects: number[] = [];
  await world.subscribe({
    positions,
    onTransaction: (event, { position }) => {
      effects.push(event.sourceOffset);
      positions.stored.set(0, position);
      if (event.sourceOffset === 2) throw new Error('the connection was lost after the commit');
    },
  });
  await waitFor(() => effects.length === 4, { what: 'four effects' });
  assert.deepEqual(effects, [0, 1, 2, 3]);
});

test('a handler that finds another position stored makes the subscription load it again', async () => {
  await world.write(0, clearedEvents(0, numbers(0, 6)));
  const positions = createMemoryPositions();
  const effects: number[] = [];
  await world.subscribe({
    positions,
    onTransaction: (event, { previous, position }) => {
      // Another process has handled the events 1 to 3 meanwhile.
      if (event.sourceOffset === 1)
        positions.stored.set(0, { offset: 3, sourceOffsets: { [event.type]: 3 } });
      if (positions.stored.get(0)?.offset !== previous?.offset) {
        throw new Error('rolled back', { cause: new PositionMovedError() });
      }
      positions.stored.set(0, position);
      effects.push(event.sourceOffset);
    },
  });
  await waitFor(() => effects.length === 3, { what: 'the events that were left' });
  assert.deepEqual(effects, [0, 4, 5]);
});

test('stop lets the running handler end, and starts no other', async () => {
  await world.write(0, clearedEvents(0, [0, 1, 2]));
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<AbortSignal>();
  const ended: number[] = [];
  const subscription = await world.subscribe({
    positions: createMemoryPositions(),
    onTransaction: async (event, { signal }) => {
      started.resolve(signal);
      await gate.promise;
      ended.push(event.sourceOffset);
    },
  });
  const signal = await started.promise;
  const stopped = subscription.stop();
  assert.equal(signal.aborted, true);
  gate.resolve();
  await stopped;
  await subscription.done;
  assert.deepEqual(ended, [0]);
});

test('a partition whose handler waits does not keep another from going on', async () => {
  await world.write(0, clearedEvents(0, [0]));
  await world.write(1, clearedEvents(1, [0]));
  const other = Promise.withResolvers<void>();
  const handled: number[] = [];
  await world.subscribe({
    positions: createMemoryPositions(),
    onTransaction: async ({ sourcePartition }) => {
      if (sourcePartition === 0) await other.promise;
      else other.resolve();
      handled.push(sourcePartition);
    },
  });
  await waitFor(() => handled.length === 2, { what: 'both partitions' });
});

test('a subscription says how far it is behind', async () => {
  const subscription = await world.subscribe({ positions: createMemoryPositions() });
  await world.write(0, clearedEvents(0, numbers(0, 7)));
  await world.handledCount(7);
  await waitFor(async () => (await subscription.lag()).every(({ lag }) => lag === 0), { what: 'no lag' });
  assert.deepEqual(
    (await subscription.lag()).map(({ partition }) => partition),
    [0, 1],
  );
});
