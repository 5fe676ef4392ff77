import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import type { JournalRecord } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import { planDigest } from '@weir/verdicts';
import { createMemoryWindowStore } from '@weir/window-store/memory';
import { defaultWindowPlan } from '@weir/windows';
import type { WindowPlan, WindowStore } from '@weir/windows';
import type { DetectionParts } from './detection-parts.ts';
import {
  createPlainConsumer,
  plainLog as log,
  plainRecords as records,
  promisesSettled,
} from './fixtures/plain-consumer.ts';
import {
  batchOf,
  createPlainParts,
  plainControl,
  plainRecord,
  silentObserver,
} from './fixtures/plain-parts.ts';
import { controlEvent } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { encodePositionMetadata } from './position-metadata.ts';

const { versions } = log;

test('a partition that was let go is taken over again with its next batch', async () => {
  const { consumer, kafka } = createPlainConsumer();
  await consumer.onBatch(batchOf(records.slice(0, 10)), plainControl());
  const { fences } = kafka;
  consumer.assigned([]);
  await consumer.onBatch(batchOf(records.slice(10)), plainControl());
  assert.equal(kafka.fences, fences + 1);
  assert.equal(kafka.position?.next, 40);
});

test("a partition that stays this worker's through a rebalance is not taken over again", async () => {
  const { consumer, kafka } = createPlainConsumer();
  await consumer.onBatch(batchOf(records.slice(0, 10)), plainControl());
  const { fences } = kafka;
  consumer.revoked();
  consumer.assigned([0]);
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
  assert.equal(kafka.fences, fences);
});

test('a heartbeat that fails says that the group moved on: nothing is dropped, and nothing counts as failed', async () => {
  const { consumer, kafka, retries } = createPlainConsumer();
  const revoked = new WeirError('partition_revoked', 'the group moved on');
  const control = plainControl({ heartbeat: () => Promise.reject(revoked) });
  await assert.rejects(consumer.onBatch(batchOf(records), control), revoked);
  const { fences } = kafka;
  await consumer.onBatch(batchOf(records), plainControl());
  assert.deepEqual([kafka.fences, kafka.position?.next, retries], [fences, 40, []]);
});

test('a partition nothing arrives for is taken over when it is assigned, and read from where its windows end', async () => {
  const parts = createPlainParts();
  parts.kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  const { consumer, sought, kafka } = createPlainConsumer(parts);
  await promisesSettled();
  assert.deepEqual([sought, kafka.fences], [[0], 1]);
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
  assert.equal(kafka.fences, 1);
  assert.equal((await parts.store.position(0))?.next, 40);
});

test('windows that are lost while nothing arrives are rebuilt without waiting for a record', async () => {
  const moved: unknown[] = [];
  const observe = { ...silentObserver, storedMoved: (...said: unknown[]) => void moved.push(said) };
  const { consumer, sought, kafka, store } = createPlainConsumer(createPlainParts({ observe }));
  await consumer.onBatch(batchOf(records), plainControl());
  await consumer.check();
  assert.deepEqual([moved, sought], [[], []]);
  await store.clear(0);
  await consumer.check();
  assert.deepEqual(moved, [[0, { known: 40, found: undefined }]]);
  assert.deepEqual(sought, [0]);
  const published = kafka.outputs.length;
  await consumer.onBatch(batchOf(records), plainControl());
  assert.equal((await store.position(0))?.next, 40);
  assert.equal(kafka.outputs.length, published);
});

test('a take-over that fails while nothing arrives is tried again in its time, and ends the process where it must', async () => {
  const parts = createPlainParts();
  parts.kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  let failure: Error | undefined = new WeirError('broker_unavailable', 'away');
  const logOffsets = async () => {
    if (failure !== undefined) throw failure;
    return parts.log;
  };
  const { consumer, retries, sought, clock, crashes } = createPlainConsumer({
    ...parts,
    parts: { ...parts.parts, logOffsets },
  });
  await promisesSettled();
  assert.deepEqual(retries, [{ code: 'broker_unavailable', forMs: 100 }]);
  await consumer.check();
  assert.equal(retries.length, 1);
  clock.pass(100);
  await consumer.check();
  assert.deepEqual(retries.at(-1), { code: 'broker_unavailable', forMs: 200 });
  clock.pass(200);
  failure = undefined;
  await consumer.check();
  assert.deepEqual(sought, [0]);
  failure = new WeirError('log_truncated', 'gone');
  consumer.assigned([]);
  consumer.assigned([0]);
  await promisesSettled();
  assert.deepEqual(crashes, [failure]);
});

test('two batches of one partition are never worked on at the same time', async () => {
  const plain = createPlainParts();
  const gate = Promise.withResolvers<void>();
  const openStore = async (): Promise<WindowStore> => ({
    ...plain.store,
    commit: async (one) => {
      await gate.promise;
      return plain.store.commit(one);
    },
  });
  const { consumer, kafka } = createPlainConsumer({ ...plain, parts: { ...plain.parts, openStore } });
  const first = consumer.onBatch(batchOf(records), plainControl());
  await promisesSettled();
  assert.equal((await consumer.onBatch(batchOf(records), plainControl())).kind, 'pause');
  gate.resolve();
  assert.deepEqual(await first, { kind: 'next', next: 40 });
  assert.equal(kafka.outputs.filter(({ topic }) => topic === streams.decisions.topic).length, 1);
});

test('a partition whose batch comes again is not tried for beside it', async () => {
  const { consumer, kafka, opener, clock } = createPlainConsumer();
  opener.failure = new WeirError('kms_unavailable', 'away');
  await consumer.onBatch(batchOf(records), plainControl());
  const { fences } = kafka;
  clock.pass(10_000);
  await consumer.check();
  assert.equal(kafka.fences, fences);
  opener.failure = undefined;
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
});

test('a batch does not wait long for a take-over, so that other partitions go on', async () => {
  const parts = createPlainParts();
  const gate = Promise.withResolvers<void>();
  const openStore = async () => {
    await gate.promise;
    return parts.store;
  };
  const { consumer, clock } = createPlainConsumer({ ...parts, parts: { ...parts.parts, openStore } });
  const first = consumer.onBatch(batchOf(records), plainControl());
  await promisesSettled();
  clock.pass(500);
  assert.deepEqual(await first, { kind: 'pause', next: 0, forMs: 250 });
  gate.resolve();
  await promisesSettled();
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
});

test('work on one batch ends after a while between two runs, and the group hears of it throughout', async () => {
  const plain = createPlainParts();
  const limits = { ...plain.parts.limits, maxRecordsPerRun: 10 };
  const commit = plain.store.commit;
  let beats = 0;
  const openStore = async (): Promise<WindowStore> => ({
    ...plain.store,
    commit: async (one) => {
      plain.clock.pass(1_500);
      return commit(one);
    },
  });
  const { consumer } = createPlainConsumer({ ...plain, parts: { ...plain.parts, limits, openStore } });
  const control = plainControl({ heartbeat: async () => void (beats += 1) });
  assert.deepEqual(await consumer.onBatch(batchOf(records), control), { kind: 'next', next: 20 });
  // One after each of the two runs, and one for each second that passed within them.
  assert.equal(beats, 5);
  assert.deepEqual(await consumer.onBatch(batchOf(records), control), { kind: 'next', next: 40 });
});

test('work on a partition that is let go of meanwhile ends without a fault', async () => {
  const plain = createPlainParts();
  const openTransactions = (partition: number): PartitionTransactions => {
    const transactions = plain.parts.openTransactions(partition);
    let isDiscarded = false;
    return {
      ...transactions,
      publish: async (step) => {
        consumer.assigned([]);
        // As the adapter says it: to publish after that is a bug of whoever does.
        if (isDiscarded) throw new Error('not allowed when unusable');
        await transactions.publish(step);
      },
      discard: async () => void (isDiscarded = true),
    };
  };
  const { consumer, retries, crashes } = createPlainConsumer({
    ...plain,
    parts: { ...plain.parts, openTransactions },
  });
  const outcome = await consumer.onBatch(batchOf(records), plainControl());
  assert.deepEqual([outcome.kind, outcome.next, retries, crashes], ['pause', 0, [], []]);
});

test('windows that turn out to be something else than the log says are rebuilt from it', async () => {
  const { consumer, store, sought, kafka } = createPlainConsumer();
  await consumer.onBatch(batchOf(records), plainControl());
  const [owned] = consumer.owned();
  assert.equal(owned?.position, 40);
  await consumer.distrust(owned);
  assert.deepEqual([sought, await store.position(0)], [[0], undefined]);
  const published = kafka.outputs.length;
  await consumer.onBatch(batchOf(records), plainControl());
  assert.deepEqual([kafka.outputs.length, (await store.position(0))?.next], [published, 40]);
  // What was let go of since is nobody's to distrust any more.
  await consumer.distrust(owned);
  assert.equal((await store.position(0))?.next, 40);
});

test('a topic that is made anew under a worker halts it when it comes by its beginning', async () => {
  const { consumer, kafka } = createPlainConsumer();
  await consumer.onBatch(batchOf(records), plainControl());
  const logId = '018f3b9e-0000-4000-8000-000000000001';
  const { partitionCount } = log;
  const opening = plainRecord(0, controlEvent({ kind: 'log_opened', logId, partitionCount, versions }));
  const published = kafka.outputs.length;
  await assert.rejects(consumer.onBatch(batchOf([opening, ...records.slice(1)]), plainControl()), {
    code: 'log_other',
  });
  assert.equal(kafka.outputs.length, published);
});

const wide: WindowPlan = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [...defaultWindowPlan.spans, { name: '60d', spanMs: 60 * 86_400_000 }],
};

test('behind the record that brings another window plan into force, the windows of that plan are used', async () => {
  const activation = controlEvent({
    ...{ kind: 'artefact_activated', logId: log.logId, sequence: 1, artefactKind: 'window_plan' },
    ...{ artefact: wide.ref, digest: planDigest(wide) },
  });
  const moved = records.slice(20).map((record) => ({ ...record, offset: record.offset + 1 }));
  const all = [...records.slice(0, 20), plainRecord(20, activation), ...moved];
  const plain = createPlainParts();
  const sets = new Map([
    ['standard@1', plain.store],
    ['wide@1', createMemoryWindowStore()],
  ]);
  const parts: DetectionParts = {
    ...plain.parts,
    resolvePlan: async (ref) => (ref === wide.ref ? wide : defaultWindowPlan),
    openStore: async ({ versions: { windowPlan } }) => sets.get(windowPlan)!,
  };
  const { consumer, kafka } = createPlainConsumer({ ...plain, parts });
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: 21 });
  assert.equal(
    kafka.position?.metadata,
    encodePositionMetadata({
      ...{ ...log, sequence: 1 },
      versions: { ...versions, windowPlan: wide.ref },
    }),
  );
  // The set of the new plan has not been filled: it is rebuilt from the log, muted up to where the plan changed.
  assert.deepEqual(await consumer.onBatch(batchOf(all.slice(21)), plainControl()), { kind: 'seek', next: 0 });
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: 41 });
  const journal = kafka.outputs
    .filter(({ topic }) => topic === streams.decisions.topic)
    .map(({ records: [record] }) => JSON.parse(String(record?.value)) as JournalRecord);
  assert.deepEqual(
    journal.map(({ from, to, versions: { windowPlan }, sequence }) => [from, to, windowPlan, sequence]),
    [
      [0, 20, 'standard@1', undefined],
      [20, 21, 'wide@1', 1],
      [21, 41, 'wide@1', 1],
    ],
  );
  assert.ok(journal[2]?.featureNames.includes('count_60d'));
  assert.deepEqual(
    [(await plain.store.position(0))?.next, (await sets.get('wide@1')!.position(0))?.next],
    [21, 41],
  );
});

test('a plan nobody published halts the worker before its record is published', async () => {
  const activation = controlEvent({
    ...{ kind: 'artefact_activated', logId: log.logId, sequence: 1, artefactKind: 'window_plan' },
    ...{ artefact: 'nowhere@1', digest: 'ab'.repeat(32) },
  });
  const { consumer, kafka } = createPlainConsumer();
  const batch = batchOf([...records.slice(0, 20), plainRecord(20, activation)]);
  await assert.rejects(consumer.onBatch(batch, plainControl()), { code: 'artefact_unknown' });
  assert.equal(kafka.position?.next, 20);
});

test('windows that lost a key are rebuilt from the log, and every verdict is still published once', async () => {
  const damages: unknown[] = [];
  const observe = { ...silentObserver, windowsDamaged: (...said: unknown[]) => void damages.push(said) };
  const plain = createPlainParts({ observe });
  let isDamaged = false;
  const commit = plain.store.commit;
  const openStore = async (): Promise<WindowStore> => ({
    ...plain.store,
    commit: async (one) => (isDamaged ? 'damaged' : commit(one)),
    clear: async (partition) => {
      isDamaged = false;
      await plain.store.clear(partition);
    },
  });
  const { consumer, kafka, retries, store } = createPlainConsumer({
    ...plain,
    parts: { ...plain.parts, openStore },
  });
  await consumer.onBatch(batchOf(records.slice(0, 20)), plainControl());
  isDamaged = true;
  assert.equal((await consumer.onBatch(batchOf(records.slice(20)), plainControl())).kind, 'pause');
  assert.deepEqual(retries, [{ code: 'windows_damaged', forMs: 100 }]);
  assert.deepEqual(await consumer.onBatch(batchOf(records.slice(20)), plainControl()), {
    kind: 'seek',
    next: 0,
  });
  assert.deepEqual(damages, [[0, { stored: 20 }]]);
  assert.deepEqual(await consumer.onBatch(batchOf(records), plainControl()), { kind: 'next', next: 40 });
  assert.equal((await store.position(0))?.next, 40);
  const spans = kafka.outputs
    .filter(({ topic }) => topic === streams.decisions.topic)
    .map(({ records: [record] }) => JSON.parse(String(record?.value)) as JournalRecord)
    .map(({ from, to }) => [from, to]);
  assert.deepEqual(spans, [
    [0, 20],
    [20, 40],
  ]);
});
