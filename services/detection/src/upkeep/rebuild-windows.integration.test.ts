import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { startRedis } from '@weir/testkit';
import { claimLog, createRedisWindowStore, openRedis } from '@weir/window-store';
import { startDetectionBench } from '../fixtures/detection-bench.ts';
import type { DetectionBench } from '../fixtures/detection-bench.ts';
import { activate, publish, widePlan } from '../fixtures/plan-artefacts.ts';
import { sampleTransactions } from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled, drained } from '../fixtures/settled.ts';
import { loseOneBucket, storeOf } from '../fixtures/stored-windows.ts';
import { createTestLog } from '../fixtures/test-log.ts';
import type { TestLog } from '../fixtures/test-log.ts';
import { startTestWorker } from '../fixtures/test-worker.ts';
import { upkeepPartsOf } from '../fixtures/upkeep-parts.ts';
import { rebuildWindows } from './rebuild-windows.ts';
import type { FilledWindows, RebuildParts, RebuildWords } from './rebuild-windows.ts';
import { switchWindows } from './switch-windows.ts';
import { verifyWindows } from './verify-windows.ts';

let bench: DetectionBench;
before(async () => {
  bench = await startDetectionBench({ own: false });
});
after(() => bench.close());

const quiet: RebuildWords = { onProgress: () => undefined, onBegunAnew: () => undefined };

/** The parts, and where windows are filled. */
function rebuildPartsOf(log: TestLog, redis = log.redis): RebuildParts {
  return {
    ...upkeepPartsOf(log),
    openTarget: async ({ logId, partitionCount, versions }) => {
      await claimLog(redis, { environment: log.environment, logId, partitionCount });
      return createRedisWindowStore({ connection: redis, logId, windowSet: versions.windowPlan });
    },
  };
}

const rebuild = (log: TestLog, words: Partial<RebuildWords> = {}, plan?: string): Promise<FilledWindows> =>
  rebuildWindows(
    rebuildPartsOf(log),
    { isElsewhere: false, historyCacheBytes: 1_000_000, ...(plan === undefined ? {} : { plan }) },
    { ...quiet, ...words },
  );

const switchTo = (log: TestLog, filled: FilledWindows, positions: ReadonlyMap<number, number>) =>
  switchWindows(rebuildPartsOf(log), filled, {
    positions,
    sleep: (delayMs) => sleep(delayMs),
    nowMs: () => performance.now(),
    withinMs: 20_000,
    onProgress: () => undefined,
  });

async function differences(log: TestLog): Promise<string[]> {
  const found: string[] = [];
  await verifyWindows(
    upkeepPartsOf(log),
    { seed: 'seed' },
    { onProgress: () => undefined, onDifference: ({ difference }) => void found.push(difference) },
  );
  return found;
}

test('a new plan is filled beside a running worker, and the log switches to it without a verdict too few or too many', async () => {
  const log = await createTestLog(bench, { partitions: 2 });
  await log.feed(0, sampleTransactions(0, 400));
  await log.feed(1, sampleTransactions(0, 300));
  const worker = await startTestWorker(log, { maxRecordsPerRun: 50 });
  await drained(log, [worker]);
  await publish(log, widePlan);
  const feeding = log.feed(0, sampleTransactions(400, 900));
  const progress: number[] = [];
  const filled = await rebuild(
    log,
    { onProgress: ({ done, total }) => void progress.push(done / total) },
    'wide@1',
  );
  assert.deepEqual([filled.plan, filled.partitions, filled.inForce], [widePlan, 2, []]);
  assert.ok(progress.length > 0);
  await feeding;
  assert.equal(await switchTo(log, filled, await activate(log, 'wide@1')), 2);
  await log.feed(0, sampleTransactions(900, 1_000));
  await drained(log, [worker]);
  await worker.stop();
  // Where the set ended at the control record, nothing was replayed: the worker went on there.
  const switched = worker.tookOver.slice(-2);
  assert.ok(
    switched.every(({ stored, published }) => stored !== undefined && stored >= (published ?? 0) - 1_000),
  );
  assert.deepEqual(worker.retries, []);
  await assertSettled(log);
  assert.deepEqual(await differences(log), []);
  // Nobody asks the windows of the former plan any more.
  assert.equal(await storeOf(log, 'standard@1').position(0), undefined);
  await log.close();
});

test('filling that was cut short is gone on with, and what is lost meanwhile is filled anew', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 1_600));
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await publish(log, widePlan);
  let looks = 0;
  const cut = (): void => {
    looks += 1;
    if (looks === 3) throw new Error('cut short');
  };
  await assert.rejects(rebuild(log, { onProgress: cut }, 'wide@1'), /cut short/);
  const wide = storeOf(log, 'wide@1');
  const reached = (await wide.position(0))?.next ?? 0;
  assert.ok(reached >= 1_000 && reached < 1_601);
  const totals: number[] = [];
  const begunAnew: number[] = [];
  let hasLost = false;
  await rebuild(log, { onProgress: ({ total }) => void totals.push(total) }, 'wide@1');
  assert.deepEqual([...new Set(totals)], [1_601 - reached]);
  await wide.clear(0);
  const loseOnce = async (): Promise<void> => {
    if (hasLost) return;
    hasLost = true;
    await loseOneBucket(log, 0, 'wide@1');
  };
  const losing: RebuildParts = {
    ...rebuildPartsOf(log),
    openTarget: async () => ({
      ...wide,
      commit: async (commit) => {
        const outcome = await wide.commit(commit);
        if (commit.next > 900) await loseOnce();
        return outcome;
      },
    }),
  };
  await rebuildWindows(
    losing,
    { isElsewhere: false, historyCacheBytes: 1, plan: 'wide@1' },
    { ...quiet, onBegunAnew: (partition) => void begunAnew.push(partition) },
  );
  assert.deepEqual(begunAnew, [0]);
  assert.equal((await wide.position(0))?.next, 1_601);
  await activate(log, 'wide@1');
  await log.feed(0, sampleTransactions(1_600, 1_650));
  await drained(log, [worker]);
  await worker.stop();
  await assertSettled(log);
  await log.close();
});

test('a plan the ruleset in force has no windows under, and one nobody published, are not filled', async () => {
  const log = await createTestLog(bench);
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await worker.stop();
  const [minute] = widePlan.spans;
  await publish(log, { ...widePlan, ref: 'short@1', spans: [minute] });
  for (const plan of ['short@1', 'nowhere@1'])
    await assert.rejects(rebuild(log, {}, plan), { code: 'artefact_unknown' });
  assert.deepEqual((await rebuild(log)).inForce, [0]);
  await log.close();
});

test('windows are moved to another Redis: it is filled, and the worker goes on there from where it ends', async () => {
  const log = await createTestLog(bench);
  await log.feed(0, sampleTransactions(0, 300));
  const before = await startTestWorker(log);
  await drained(log, [before]);
  const other = await startRedis({ own: true });
  const redis = await openRedis({ url: other.url });
  try {
    const request = { isElsewhere: true, historyCacheBytes: 1_000_000 };
    const filled = await rebuildWindows(rebuildPartsOf(log, redis), request, quiet);
    assert.deepEqual([filled.plan.ref, filled.inForce], ['standard@1', []]);
    await log.feed(0, sampleTransactions(300, 400));
    await drained(log, [before]);
    await before.stop();
    const moved = { ...log, redis };
    const worker = await startTestWorker(moved);
    await log.feed(0, sampleTransactions(400, 450));
    await drained(moved, [worker]);
    await worker.stop();
    assert.deepEqual(
      worker.tookOver.map(({ stored, published }) => [stored, published]),
      [[301, 401]],
    );
    await assertSettled(moved);
  } finally {
    await redis.close();
    await other.stop();
  }
  await log.close();
});
