import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDetectionBench } from '../fixtures/detection-bench.ts';
import type { DetectionBench } from '../fixtures/detection-bench.ts';
import { sampleTransactions } from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { drained } from '../fixtures/settled.ts';
import { loseOneBucket, loseWindows } from '../fixtures/stored-windows.ts';
import { createTestLog } from '../fixtures/test-log.ts';
import type { TestLog } from '../fixtures/test-log.ts';
import { startTestWorker } from '../fixtures/test-worker.ts';
import type { TestWorker } from '../fixtures/test-worker.ts';
import { upkeepPartsOf } from '../fixtures/upkeep-parts.ts';
import { verifyWindows } from './verify-windows.ts';
import type { VerifyRequest } from './verify-windows.ts';

let bench: DetectionBench;
before(async () => {
  bench = await startDetectionBench({ own: false });
});
after(() => bench.close());

async function verified(log: TestLog, request: Partial<VerifyRequest> = {}) {
  const found: string[] = [];
  const progress: number[] = [];
  const summary = await verifyWindows(
    upkeepPartsOf(log),
    { seed: 'seed', ...request },
    {
      onProgress: ({ done, total }) => void progress.push(total === 0 ? 1 : done / total),
      onDifference: ({ partition, difference }) => void found.push(`${partition} ${difference}`),
    },
  );
  return { ...summary, found, progress };
}

async function decided(log: TestLog): Promise<void> {
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await worker.stop();
}

test('windows that a worker keeps are what the log says, all of them and a sample', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, [...sampleTransactions(0, 300), ...sampleTransactions(100, 150)]);
  await log.feed(1, sampleTransactions(0, 200));
  await decided(log);
  const all = await verified(log);
  assert.deepEqual([all.found, all.partitions, all.accounts, all.withoutWindows], [[], 2, 8, []]);
  assert.equal(all.progress.at(-1), 1);
  const some = await verified(log, { accounts: 2, partition: 1 });
  assert.deepEqual([some.found, some.partitions, some.accounts], [[], 1, 2]);
  await log.close();
});

test('records that flow and windows that are trimmed meanwhile are no differences', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 200));
  const worker: TestWorker = await startTestWorker(log, { maxRecordsPerRun: 20 });
  await drained(log, [worker]);
  const feeding = log.feed(0, sampleTransactions(200, 1_500));
  assert.deepEqual((await verified(log)).found, []);
  await feeding;
  await drained(log, [worker]);
  assert.deepEqual((await verified(log)).found, []);
  await worker.stop();
  await log.close();
});

test('accounts that were lost are found, and a partition that lost all of them is named', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, sampleTransactions(0, 100));
  await log.feed(1, sampleTransactions(0, 100));
  await decided(log);
  await loseOneBucket(log, 1);
  const one = await verified(log);
  assert.deepEqual([one.found, one.differing], [['1 missing'], 1]);
  await loseWindows(log);
  assert.deepEqual((await verified(log)).withoutWindows, [0, 1]);
  await log.close();
});

test('where nothing has been decided there is nothing to verify, and it is said', async () => {
  const log = await createTestLog(bench);
  await assert.rejects(verified(log), { code: 'log_unnamed' });
  await log.close();
});
