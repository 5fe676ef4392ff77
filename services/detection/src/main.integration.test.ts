import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodePayload, events, releasedIdentity, streams } from '@weir/contracts';
import type { Release } from '@weir/contracts';
import { exitCodes } from '@weir/runtime';
import { waitFor } from '@weir/testkit';
import type { TestProgram } from '@weir/testkit';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import { startDetectionProcess } from './fixtures/detection-process.ts';
import { releaseEvent } from './fixtures/release-world.ts';
import { sampleTransactions } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled } from './fixtures/settled.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';

const groupId = 'weir-detection';
const environment = 'local';

let bench: DetectionBench;
let log: TestLog;
before(async () => {
  // The worker knows its topics by their real names, so nobody else may have them.
  bench = await startDetectionBench({ own: true });
  log = await createTestLog(bench, { partitions: 4, topicPrefix: '', environment });
});
after(async () => {
  await log.close();
  await bench.close();
});

/** How many records of the log have been decided and published, over all partitions. */
async function publishedRecords(): Promise<number> {
  const positions = await log.kafka.groupPositions(groupId, streams.received.topic);
  return positions.reduce((sum, { next }) => sum + (next ?? 0), 0);
}

async function loggedRecords(): Promise<number> {
  const offsets = await log.kafka.offsets(streams.received.topic);
  return offsets.reduce((sum, { end }) => sum + end, 0);
}

const start = (env = bench.env): TestProgram =>
  startDetectionProcess({
    ...env,
    WEIR_ENVIRONMENT: environment,
    DETECTION_GROUP_ID: groupId,
    // Small runs, so that a kill has many places to strike.
    BATCH_MAX_RECORDS: '10',
    BATCH_LINGER_MS: '1',
    // Until it is over the group waits for the one that was killed.
    GROUP_SESSION_TIMEOUT_MS: '6000',
  });

/** Waits for so many published records, or fails with what the worker said when it ended before. */
async function published(worker: TestProgram, records: number): Promise<void> {
  const ended = worker.exited.then((code) => {
    throw new Error(`the worker ended with ${code}\n${worker.log()}`);
  });
  const what = `${records} published records`;
  const reached = waitFor(async () => (await publishedRecords()) >= records, { deadlineMs: 60_000, what });
  await Promise.race([reached, ended]);
}

test('kill -9, again and again while transactions flow, costs no verdict and doubles none', async () => {
  const perRound = 200;
  const kills = 3;
  for (let round = 0; round < kills; round += 1) {
    for (let partition = 0; partition < log.partitions; partition += 1)
      await log.feed(partition, sampleTransactions(round * perRound, (round + 1) * perRound));
    const worker = start();
    // Some way into the work, at another place each time.
    await published(worker, (await publishedRecords()) + 60 + round * 37);
    assert.ok((await publishedRecords()) < (await loggedRecords()), 'the kill comes before the end');
    assert.equal(await worker.end('SIGKILL'), null);
  }
  const last = start();
  await published(last, await loggedRecords());
  assert.equal(await last.end('SIGTERM'), exitCodes.stopped, last.log());
  const settled = await assertSettled(log);
  const verdicts = settled.flatMap(({ decisions }) => decisions.filter((one) => 'digest' in one));
  assert.equal(verdicts.length, kills * perRound * log.partitions);
});

/** An approval for each transaction that was held, as alerting would seal it. */
async function approvals(requestedBy: string) {
  const held = await log.readOpened('held');
  return Promise.all(
    held.map(async ({ record, opened }) => {
      const payload = opened.ok ? decodePayload(events.transactionHeld, opened.plaintext) : undefined;
      assert.ok(opened.ok && payload?.ok === true);
      const { sourcePartition, sourceOffset } = payload.value;
      const release: Release = {
        tenant: opened.attributes.tenant,
        transactionIdentity: opened.attributes.id,
        ...{ sourcePartition, sourceOffset, heldOffset: record.offset },
        ...{ requestedBy, approvedBy: 'bert', approvedAt: '2026-02-01T00:00:00.000Z' },
      };
      const sealed = await log.seal(releaseEvent(release, opened.key), 'releases');
      return { partition: record.partition, identity: opened.attributes.id, sealed };
    }),
  );
}

/** The identities that were let go, in the order of the topic. */
const releasedIdentities = async (): Promise<readonly string[]> =>
  (await log.readOpened('cleared')).flatMap(({ opened }) => {
    const identity = opened.ok ? releasedIdentity(opened.attributes.id) : undefined;
    return identity === undefined ? [] : [identity];
  });

test('kill -9 while releases are approved, each of them twice, lets each transaction go exactly once', async () => {
  const [first, again] = [await approvals('anna'), await approvals('carl')];
  assert.ok(first.length > 50);
  const producer = await log.kafka.createProducer();
  const append = async (some: typeof first): Promise<void> => {
    for (const { partition, sealed } of some)
      await producer.append(streams.releases.topic, partition, [sealed]);
  };
  const killed = start();
  const feeding = append(first);
  await waitFor(async () => (await releasedIdentities()).length > 10, {
    deadlineMs: 60_000,
    what: 'some to be released',
  });
  assert.equal(await killed.end('SIGKILL'), null);
  await feeding;
  await append(again);
  await producer.close();
  const last = start();
  const ends = await log.kafka.offsets(streams.releases.topic);
  await waitFor(
    async () => {
      const positions = await log.kafka.groupPositions(`${groupId}-releases`, streams.releases.topic);
      return ends.every(({ partition, end }) => (positions[partition]?.next ?? 0) >= end);
    },
    { deadlineMs: 60_000, what: `every release to be settled\n${last.log()}` },
  );
  assert.equal(await last.end('SIGTERM'), exitCodes.stopped, last.log());
  assert.deepEqual((await releasedIdentities()).toSorted(), first.map(({ identity }) => identity).toSorted());
  assert.deepEqual(await log.readOpened('rejected'), []);
  await assertSettled(log);
});

test('a worker that may not use the keys halts and says so, and the next one goes on', async () => {
  await log.feed(0, sampleTransactions(2_000, 2_020));
  const before = await publishedRecords();
  const denied = start(bench.deniedEnv);
  assert.equal(await denied.exited, exitCodes.halted, denied.log());
  assert.match(denied.log(), /"code":"kms_denied"/);
  assert.equal(await publishedRecords(), before);
  const allowed = start();
  await published(allowed, await loggedRecords());
  assert.equal(await allowed.end('SIGTERM'), exitCodes.stopped, allowed.log());
  await assertSettled(log);
});

test('a worker whose key is disabled while it runs halts, clears nothing, and goes on once it is enabled', async () => {
  await log.feed(0, sampleTransactions(4_000, 4_020));
  const worker = start();
  await published(worker, await loggedRecords());
  const before = [await publishedRecords(), (await log.read('cleared')).length];
  bench.setKeyState('Disabled');
  try {
    // Until the signal it opens with the data keys it has.
    const ended = worker.end('SIGHUP');
    await waitFor(() => worker.log().includes('the worker has reloaded'), { what: 'the reload' });
    await log.feed(0, sampleTransactions(4_020, 4_040));
    assert.equal(await ended, exitCodes.halted, worker.log());
  } finally {
    bench.setKeyState('Enabled');
  }
  assert.match(worker.log(), /"code":"kms_key_disabled"/);
  assert.deepEqual([await publishedRecords(), (await log.read('cleared')).length], before);
  const next = start();
  await published(next, await loggedRecords());
  assert.equal(await next.end('SIGTERM'), exitCodes.stopped, next.log());
  await assertSettled(log);
});

test('while the KMS is away the worker lives, and what it logs names no account and no amount', async () => {
  await log.feed(1, sampleTransactions(3_000, 3_020));
  bench.kms.setUnavailable(true);
  const worker = start();
  try {
    await waitFor(() => worker.log().includes('kms_unavailable'), { what: 'the first attempt' });
  } finally {
    bench.kms.setUnavailable(false);
  }
  await published(worker, await loggedRecords());
  assert.equal(await worker.end('SIGTERM'), exitCodes.stopped, worker.log());
  await assertSettled(log);
  assert.doesNotMatch(worker.log(), /account-\d|amountMinor|tx-\d/);
});
