import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { exitCodes } from '@weir/runtime';
import { waitFor } from '@weir/testkit';
import type { TestProgram } from '@weir/testkit';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import { startDetectionProcess } from './fixtures/detection-process.ts';
import { sampleTransactions } from './fixtures/sample-transactions.ts';
import { assertSettled } from './fixtures/settled.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';

const groupId = 'weir-detection';
const environment = 'local';
const partitions = 6;

let bench: DetectionBench;
let log: TestLog;
before(async () => {
  // The workers know their topics by their real names, so nobody else may have them.
  bench = await startDetectionBench({ own: true });
  log = await createTestLog(bench, { partitions, topicPrefix: '', environment });
});
after(async () => {
  await log.close();
  await bench.close();
});

const start = (): TestProgram =>
  startDetectionProcess({
    ...bench.env,
    WEIR_ENVIRONMENT: environment,
    DETECTION_GROUP_ID: groupId,
    // Small runs, so that there is always one under way.
    BATCH_MAX_RECORDS: '10',
    BATCH_LINGER_MS: '1',
    IDLE_CHECK_INTERVAL_MS: '500',
    GROUP_SESSION_TIMEOUT_MS: '6000',
  });

/** How often a process took a partition over, and how often a partition of it failed. */
const takeovers = (worker: TestProgram): number => worker.log().split('"took a partition over"').length - 1;
const retries = (worker: TestProgram): number =>
  worker.log().split('"a partition failed and is taken over again"').length - 1;

/** No more than so many transactions of a partition wait, so that the end of the load is near its decision. */
const mostWaiting = 200;

/** The next transactions of every partition, again and again until it is stopped. */
function keepFeeding() {
  let fed = 0;
  let isOver = false;
  const feeding = (async () => {
    while (!isOver) {
      for (let partition = 0; partition < partitions; partition += 1)
        await log.feed(partition, sampleTransactions(fed, fed + 5));
      fed += 5;
      const isAhead = async () => isOver || fed - Math.min(...(await decided())) <= mostWaiting;
      await waitFor(isAhead, { deadlineMs: 120_000, what: 'the workers to keep up' });
    }
  })();
  return {
    stop: async (): Promise<void> => {
      isOver = true;
      await feeding;
    },
  };
}

const decided = async (): Promise<readonly number[]> => {
  const positions = await published();
  return Array.from({ length: partitions }, (_unused, partition) => positions[partition] ?? 0);
};

const published = async (): Promise<readonly (number | undefined)[]> =>
  (await log.kafka.groupPositions(groupId, streams.received.topic)).map(({ next }) => next);

/** Waits until every partition has moved on from where it stands now, or fails with what a worker said. */
async function allMoved(workers: readonly TestProgram[], what: string): Promise<void> {
  const from = await published();
  const ended = workers.map((worker) =>
    worker.exited.then((code) => {
      throw new Error(`a worker ended with ${code}\n${worker.log()}`);
    }),
  );
  const moved = waitFor(
    async () => (await published()).every((next, partition) => (next ?? 0) > (from[partition] ?? 0)),
    { deadlineMs: 60_000, what },
  );
  await Promise.race([moved, ...ended]);
}

test('processes are added, stopped and killed under load: nothing is lost or doubled, and nobody starts in circles', async () => {
  const feed = keepFeeding();
  const first = start();
  await waitFor(() => takeovers(first) >= partitions, {
    deadlineMs: 60_000,
    what: 'the first to own the log',
  });
  await allMoved([first], 'one process to decide every partition');

  const second = start();
  await waitFor(() => takeovers(second) > 0, { deadlineMs: 60_000, what: 'the second to take its part' });
  await allMoved([first, second], 'two processes to share the partitions');

  assert.equal(await first.end('SIGTERM'), exitCodes.stopped, first.log());
  await waitFor(() => takeovers(second) >= partitions, {
    deadlineMs: 60_000,
    what: 'the second to own the log',
  });
  await allMoved([second], 'the second to decide every partition');

  const third = start();
  await waitFor(() => takeovers(third) > 0, { deadlineMs: 60_000, what: 'the third to take its part' });
  await allMoved([second, third], 'the second and the third to share the partitions');

  assert.equal(await second.end('SIGKILL'), null);
  await waitFor(() => takeovers(third) >= partitions, {
    deadlineMs: 60_000,
    what: 'the third to own the log',
  });
  await feed.stop();
  await waitFor(
    async () => {
      const ends = await log.kafka.offsets(streams.received.topic);
      const positions = await published();
      return ends.every(({ partition, end }) => (positions[partition] ?? 0) >= end);
    },
    { deadlineMs: 60_000, what: 'every record to be decided' },
  );
  assert.equal(await third.end('SIGTERM'), exitCodes.stopped, third.log());

  await assertSettled(log);
  // Each took its partitions over once, those it kept through a rebalance not again, and few had to be tried twice.
  for (const [name, worker] of Object.entries({ first, second, third })) {
    assert.ok(takeovers(worker) <= 2 * partitions, `${name} took over ${takeovers(worker)} times`);
    assert.ok(retries(worker) <= partitions, `${name} tried again ${retries(worker)} times\n${worker.log()}`);
  }
});
