import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import type { LogState } from '@weir/verdicts';
import { encodePositionMetadata } from './position-metadata.ts';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import { sampleTransactions } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled, drained } from './fixtures/settled.ts';
import {
  alterOneAccount,
  copyWindows,
  loseOneBucket,
  losePosition,
  loseWindows,
  moveStored,
  restoreWindows,
  storeOf,
} from './fixtures/stored-windows.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';
import { startTestWorker } from './fixtures/test-worker.ts';
import type { Interference, TestWorkerOptions } from './fixtures/test-worker.ts';

let bench: DetectionBench;
before(async () => {
  bench = await startDetectionBench({ own: false });
});
after(() => bench.close());

/** Decides whatever is in the log, and answers what the worker found when it took partition 0 over. */
async function decideAll(log: TestLog, options: TestWorkerOptions = {}) {
  const worker = await startTestWorker(log, options);
  try {
    await drained(log, [worker], options.groupId);
  } finally {
    await worker.stop();
  }
  const [found] = worker.tookOver;
  assert.ok(found !== undefined && found.kind === 'start');
  return found;
}

/** Works until the interference ends it, as kill -9 would. */
async function workUntilCrash(
  log: TestLog,
  interference: Interference,
  maxRecordsPerRun = 50,
): Promise<void> {
  const worker = await startTestWorker(log, { interference, maxRecordsPerRun });
  assert.equal((await worker.crashed).message, 'crash');
  await worker.stop();
}

const crashFrom =
  (position: number) =>
  async (next: number): Promise<void> => {
    if (next >= position) throw new Error('crash');
  };

/** The code a worker halts with. */
async function haltCode(log: TestLog, options: TestWorkerOptions = {}): Promise<string> {
  const worker = await startTestWorker(log, options);
  const error = await worker.crashed;
  await worker.stop();
  assert.ok(error instanceof WeirError && error.recovery === 'halt');
  return error.code;
}

/** Commits a position of the group by hand. */
async function movePublished(log: TestLog, next: number, state: LogState): Promise<void> {
  const transactions = log.kafka.createPartitionTransactions({
    transactionalId: `${log.groupId}-0`,
    groupId: log.groupId,
  });
  await transactions.fence();
  const { topic } = streams.received;
  const metadata = encodePositionMetadata(state);
  await transactions.publish({ outputs: [], source: { topic, partition: 0, next, metadata } });
  await transactions.discard();
}

const stateOf = ({ logId, partitions }: TestLog): LogState => ({
  sequence: 0,
  logId,
  partitionCount: partitions,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
});

test('neither position: the first worker begins with the log, on every partition', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, sampleTransactions(0, 200));
  await log.feed(1, sampleTransactions(0, 100));
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published, found.from], [undefined, undefined, 0]);
  await assertSettled(log);
  await log.close();
});

test('equal positions: the next worker goes on where the last one ended', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  await decideAll(log);
  await log.feed(0, sampleTransactions(200, 300));
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published, found.from], [201, 201, 201]);
  await assertSettled(log);
  await log.close();
});

test('stored ahead of published: a crash between the two commits costs no verdict and doubles none', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 300));
  await workUntilCrash(log, { beforePublish: crashFrom(150) });
  // Other cuts than before, so that a run would straddle the position if it could.
  const found = await decideAll(log, { maxRecordsPerRun: 70 });
  assert.deepEqual([found.stored, found.published], [150, 100]);
  await assertSettled(log);
  await log.close();
});

test('stored, but never published: the first verdicts are made from the windows they are in', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 120));
  await workUntilCrash(log, { beforePublish: crashFrom(0) });
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published, found.from], [50, undefined, 0]);
  await assertSettled(log);
  await log.close();
});

test('stored behind published: windows of an older copy catch up, and no verdict is said again', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 100));
  await decideAll(log);
  const copy = await copyWindows(log);
  await log.feed(0, sampleTransactions(100, 200));
  await decideAll(log);
  await restoreWindows(log, copy);
  await log.feed(0, sampleTransactions(200, 260));
  const found = await decideAll(log, { maxRecordsPerRun: 70 });
  assert.deepEqual([found.stored, found.published, found.from], [101, 201, 101]);
  await assertSettled(log);
  await log.close();
});

test('no stored position: the windows are rebuilt from the log, in silence', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  await decideAll(log);
  await loseWindows(log);
  await log.feed(0, sampleTransactions(200, 260));
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published, found.from], [undefined, 201, 0]);
  await assertSettled(log);
  await log.close();
});

test('a rebuild that is cut short is gone on with', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  await decideAll(log);
  await loseWindows(log);
  await log.feed(0, sampleTransactions(200, 260));
  await workUntilCrash(log, { beforeCommit: crashFrom(120) });
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published, found.from], [100, 201, 100]);
  await assertSettled(log);
  await log.close();
});

test('records without their position are forgotten before a rebuild, not kept twice', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 150));
  await decideAll(log);
  await losePosition(log, 0);
  await log.feed(0, sampleTransactions(150, 200));
  const found = await decideAll(log);
  assert.equal(found.stored, undefined);
  await assertSettled(log);
  await log.close();
});

test('windows that are lost under a running worker are rebuilt by it', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 150));
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await loseWindows(log);
  await log.feed(0, sampleTransactions(150, 220));
  await drained(log, [worker]);
  await worker.stop();
  // The next chain commit finds it, unless the look at quiet partitions has found it before.
  assert.ok(worker.retries.every(({ code }) => code === 'position_moved'));
  assert.deepEqual(
    worker.tookOver.map(({ stored }) => stored),
    [undefined, undefined],
  );
  await assertSettled(log);
  await log.close();
});

test('a single key that is lost is found as soon as it is missed, and the windows are rebuilt', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 150));
  await decideAll(log);
  await loseOneBucket(log, 0);
  await log.feed(0, sampleTransactions(150, 220));
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await worker.stop();
  assert.deepEqual(worker.retries, [{ partition: 0, code: 'windows_damaged' }]);
  assert.deepEqual(
    worker.tookOver.map(({ stored }) => stored),
    [151, undefined],
  );
  await assertSettled(log);
  await log.close();
});

test('a value that was altered in Redis is found by the way, and the windows are rebuilt', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 150));
  await decideAll(log);
  await alterOneAccount(log, 0);
  const worker = await startTestWorker(log, {
    sampling: {
      everyMs: 300,
      accounts: 10,
      readRange: log.kafka.readRange,
      sleep: async () => undefined,
      random: () => 0,
    },
  });
  await waitFor(() => worker.tookOver.length === 2, { what: 'the partition to be rebuilt' });
  await log.feed(0, sampleTransactions(150, 220));
  await drained(log, [worker]);
  await worker.stop();
  assert.deepEqual(
    worker.tookOver.map(({ stored }) => stored),
    [151, undefined],
  );
  await assertSettled(log);
  await log.close();
});

test("the group's positions are gone: the journal says where it stood, however far that is", async () => {
  const log = await createTestLog(bench);
  // More than one fetch takes, so that the first batches lie wholly below the position.
  await log.feed(0, sampleTransactions(0, 2_500));
  await decideAll(log);
  await log.feed(0, sampleTransactions(2_500, 2_520));
  const found = await decideAll(log, { groupId: `${log.groupId}-anew` });
  assert.deepEqual([found.stored, found.published], [2_501, 2_501]);
  await assertSettled(log);
  await log.close();
});

const publishedPosition = async (log: TestLog): Promise<number | undefined> =>
  (await log.kafka.groupPositions(log.groupId, streams.received.topic))[0]?.next;

test('outputs that became visible without their position are not published again, and the position follows them', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  await workUntilCrash(log, {
    halfOf: (step) =>
      step.source.next < 150 ? step : { ...step, source: { ...step.source, next: step.source.next - 50 } },
  });
  assert.equal(await publishedPosition(log), 100);
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published], [150, 150]);
  await assertSettled(log);
  await log.close();
});

test('outputs that did not become visible with their position are published', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  await workUntilCrash(log, {
    halfOf: (step) => (step.source.next < 150 ? step : { ...step, outputs: [] }),
  });
  assert.equal(await publishedPosition(log), 150);
  const found = await decideAll(log);
  assert.deepEqual([found.stored, found.published], [150, 100]);
  await assertSettled(log);
  await log.close();
});

test('a partition nothing arrives for is made whole when a worker starts, and again when its windows are lost', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 150));
  await decideAll(log);
  await loseWindows(log);
  const worker = await startTestWorker(log);
  const rebuilt = (): Promise<true> =>
    waitFor(async () => (await storeOf(log).position(0))?.next === 151, { what: 'the rebuild' });
  await rebuilt();
  await loseWindows(log);
  await rebuilt();
  await worker.stop();
  assert.deepEqual(
    worker.tookOver.map(({ stored, published }) => [stored, published]),
    [
      [undefined, 151],
      [undefined, 151],
    ],
  );
  await assertSettled(log);
  await log.close();
});

test('a stored position beyond the end of the log halts the worker', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 20));
  await decideAll(log);
  await moveStored(log, 0, 1_000);
  await log.feed(0, sampleTransactions(20, 40));
  assert.equal(await haltCode(log), 'log_truncated');
  await log.close();
});

test('a published position beyond the end of the log halts the worker', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 20));
  await movePublished(log, 1_000, stateOf(log));
  // Kafka itself refuses to read there; members of another group see what is found.
  assert.equal(await haltCode(log, { memberOf: `${log.groupId}-members` }), 'log_truncated');
  assert.equal(await haltCode(log), 'log_truncated');
  await log.close();
});

test('windows of another log halt the worker', async () => {
  const earlier = await createTestLog(bench);
  await decideAll(earlier);
  const log = await createTestLog(bench, { environment: earlier.environment });
  assert.equal(await haltCode(log), 'log_other');
  await earlier.close();
  await log.close();
});

test('a log made anew beside an old journal halts the worker before one of its records is passed over', async () => {
  const earlier = await createTestLog(bench);
  await earlier.feed(0, sampleTransactions(0, 20));
  await decideAll(earlier);
  const [journal] = (await earlier.read('decisions')).slice(-1);
  const log = await createTestLog(bench, { environment: earlier.environment });
  await log.feed(0, sampleTransactions(0, 40));
  const { key = null, value = null, headers = {} } = journal ?? {};
  const producer = await log.kafka.createProducer();
  const old = { key: String(key), value: value as Buffer, headers: headers as Record<string, Buffer> };
  await producer.append(streams.decisions.topic, 0, [old]);
  await producer.close();
  assert.equal(await haltCode(log), 'log_other');
  assert.equal(await publishedPosition(log), undefined);
  await earlier.close();
  await log.close();
});

test('a log that says it has other partitions than it has halts the worker', async () => {
  const log = await createTestLog(bench, { partitions: 2, opening: { partitionCount: 3 } });
  assert.equal(await haltCode(log), 'log_partition_count_changed');
  await log.close();
});

test('partitions added to a log that has been decided halt the worker', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, sampleTransactions(0, 20));
  await movePublished(log, 5, { ...stateOf(log), partitionCount: 1 });
  assert.equal(await haltCode(log), 'log_partition_count_changed');
  await log.close();
});
