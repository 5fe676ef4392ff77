import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import { waitFor } from '@weir/testkit';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import {
  receivedEvent,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled, drained } from './fixtures/settled.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';
import { startTestWorker } from './fixtures/test-worker.ts';

let bench: DetectionBench;
before(async () => {
  bench = await startDetectionBench({ own: false });
});
after(() => bench.close());

/** Stops the first to come until it is opened, and says when somebody has come. */
function createGate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let passed = false;
  return {
    reached: reached.promise,
    open: opened.resolve,
    pass: async (): Promise<void> => {
      if (passed) return;
      passed = true;
      reached.resolve();
      await opened.promise;
    },
  };
}

const publishedPosition = async (log: TestLog, partition = 0): Promise<number | undefined> =>
  (await log.kafka.groupPositions(log.groupId, streams.received.topic))[partition]?.next;

for (const [where, hook, refusal] of [
  ['before it moves the windows', 'beforeCommit', 'position_moved'],
  ['before it publishes', 'beforePublish', 'partition_fenced'],
] as const) {
  test(`a worker that was replaced while it stood still is refused: ${where}`, async () => {
    const log = await createTestLog(bench);
    await log.feed(0, sampleTransactions(0, 200));
    const gate = createGate();
    // Two groups of members, so that both believe to own the partition, over one group of positions.
    const zombie = await startTestWorker(log, {
      memberOf: `${log.groupId}-zombie`,
      maxRecordsPerRun: 50,
      interference: { [hook]: async (next: number) => (next >= 100 ? gate.pass() : undefined) },
    });
    await gate.reached;
    const heir = await startTestWorker(log, { memberOf: `${log.groupId}-heir` });
    await drained(log, [zombie, heir]);
    gate.open();
    await waitFor(() => zombie.retries.length > 0, { what: 'the refusal' });
    await zombie.stop();
    assert.equal(zombie.retries[0]?.code, refusal);
    await log.feed(0, sampleTransactions(200, 240));
    await drained(log, [heir]);
    await heir.stop();
    await assertSettled(log);
    await log.close();
  });
}

test('workers that come and go while transactions flow cost no verdict and double none', async () => {
  const log = await createTestLog(bench, { partitions: 4 });
  let fed = 0;
  /** Keeps transactions coming until the condition holds. */
  const feedUntil = (condition: () => boolean, what: string): Promise<true> =>
    waitFor(
      async () => {
        for (let partition = 0; partition < log.partitions; partition += 1)
          await log.feed(partition, sampleTransactions(fed, fed + 3));
        fed += 3;
        return condition();
      },
      { deadlineMs: 30_000, what },
    );
  const options = { maxRecordsPerRun: 2 };
  const first = await startTestWorker(log, options);
  await feedUntil(() => first.tookOver.length === log.partitions, 'the first worker to take all over');
  const second = await startTestWorker(log, options);
  await feedUntil(() => second.tookOver.length > 0, 'the second worker to take its part over');
  await first.stop();
  await feedUntil(() => second.tookOver.length >= log.partitions, 'the second worker to take the rest over');
  await drained(log, [first, second]);
  await second.stop();
  // What stays a worker's through a rebalance is not taken over again.
  assert.deepEqual([first.tookOver.length, second.tookOver.length], [log.partitions, log.partitions]);
  await assertSettled(log);
  await log.close();
});

test('the verdicts of a log do not depend on where its batches were cut', async () => {
  const digests: string[][] = [];
  for (const maxRecordsPerRun of [1, 7, 500]) {
    const log = await createTestLog(bench);
    await log.feed(0, sampleTransactions(0, 140));
    const worker = await startTestWorker(log, { maxRecordsPerRun });
    await drained(log, [worker]);
    await worker.stop();
    const [settled] = await assertSettled(log);
    digests.push((settled?.decisions ?? []).flatMap((one) => ('digest' in one ? [one.digest] : [])));
    await log.close();
  }
  assert.equal(digests[0]?.length, 140);
  assert.deepEqual(digests[1], digests[0]);
  assert.deepEqual(digests[2], digests[0]);
});

test('while the KMS is away a partition waits, and goes on without a loss', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 60));
  bench.kms.setUnavailable(true);
  const worker = await startTestWorker(log);
  try {
    await waitFor(() => worker.retries.length >= 2, { what: 'two attempts' });
    assert.ok(worker.retries.every(({ code }) => code === 'kms_unavailable'));
    assert.equal(await publishedPosition(log), undefined);
    assert.deepEqual(await log.read('decisions'), []);
  } finally {
    bench.kms.setUnavailable(false);
  }
  await drained(log, [worker]);
  await worker.stop();
  await assertSettled(log);
  await log.close();
});

test('a partition that waits for the KMS holds no other up', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, sampleTransactions(0, 20));
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  // Sealed under a data key that the worker has yet to ask for.
  const another = { sealer: log.kms.sealerFor('received'), stream: 'received', source: '/test' } as const;
  const events = sampleTransactions(20, 30).map((content) => receivedEvent({ ...content, partition: 1 }));
  const sealed = await sealEvents({ ...another, environment: log.environment }, events);
  bench.kms.setUnavailable(true);
  try {
    await log.append(1, sealed);
    await waitFor(() => worker.retries.length > 0, { what: 'the partition to wait' });
    await log.feed(0, sampleTransactions(30, 40));
    await waitFor(async () => (await publishedPosition(log, 0)) === 31, { what: 'the other to go on' });
    assert.equal(await publishedPosition(log, 1), 1);
    assert.deepEqual([...new Set(worker.retries.map(({ partition }) => partition))], [1]);
  } finally {
    bench.kms.setUnavailable(false);
  }
  await drained(log, [worker]);
  await worker.stop();
  await assertSettled(log);
  await log.close();
});
