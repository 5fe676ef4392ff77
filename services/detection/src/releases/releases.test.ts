import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decodePayload, decodeRejected, events, WeirError } from '@weir/contracts';
import type { ReleasedTransaction } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { partsOf, releasesDrained, startReleaseWorker } from '../fixtures/release-worker.ts';
import { createReleaseWorld, heldEvent, releaseEvent, releaseGroup } from '../fixtures/release-world.ts';
import type { ReleaseWorld } from '../fixtures/release-world.ts';
import { runReleases } from './run-releases.ts';
import { skipForgotten } from './skip-forgotten.ts';

const toStop: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of toStop) await stop();
});

async function start(...args: Parameters<typeof startReleaseWorker>) {
  const worker = await startReleaseWorker(...args);
  toStop.push(worker.stop);
  return worker;
}

/** Everything a worker lets go, until nothing waits. */
async function runUntilDrained(world: ReleaseWorld): Promise<void> {
  const worker = await start(world);
  await releasesDrained(world, [worker]);
  await worker.stop();
}

async function released(world: ReleaseWorld): Promise<readonly ReleasedTransaction[]> {
  return (await world.read('cleared')).map(({ record, opened }) => {
    assert.ok(opened.ok && opened.attributes.type === events.transactionReleased.type);
    const payload = decodePayload(events.transactionReleased, opened.plaintext);
    assert.ok(payload.ok);
    assert.equal(record.partition, payload.value.sourcePartition);
    return payload.value;
  });
}

async function rejections(world: ReleaseWorld): Promise<readonly string[]> {
  return (await world.read('rejected')).map(({ opened }) => {
    assert.ok(opened.ok);
    const [first] = decodeRejected(opened.plaintext)?.rejections ?? [];
    return `${first?.code} ${first?.path}`.trim();
  });
}

async function audited(world: ReleaseWorld) {
  return (await world.read('intake')).map(({ opened }) => {
    assert.ok(opened.ok);
    const payload = decodePayload(events.auditRequest, opened.plaintext);
    assert.ok(payload.ok);
    return payload.value;
  });
}

test('an approved release lets the held transaction go as detection held it, with who asked and who approved, and is audited', async () => {
  const world = await createReleaseWorld();
  await world.hold(0);
  const held = await world.hold(1);
  const releaseOffset = await world.approve(held);
  await runUntilDrained(world);
  const [one, ...others] = await released(world);
  assert.deepEqual(others, []);
  assert.equal(one?.transaction.transactionId, 'tx-1');
  assert.equal(one.verdict.outcome, 'held');
  assert.deepEqual(one.release, {
    requestedBy: 'anna',
    approvedBy: 'bert',
    approvedAt: '2026-01-07T00:00:00.000Z',
  });
  assert.deepEqual([one.sourceOffset, one.releaseOffset], [held.release.sourceOffset, releaseOffset]);
  const [cleared] = await world.read('cleared');
  assert.ok(cleared?.opened.ok);
  assert.equal(cleared.opened.attributes.id, `released-${held.release.transactionIdentity}`);
  assert.equal(cleared.opened.key, held.account);
  assert.deepEqual(await rejections(world), []);
  assert.deepEqual(
    (await audited(world)).map(({ action, subject, result, details }) => [
      action,
      subject.id,
      result,
      details['approvedBy'],
      details['heldOffset'],
    ]),
    [['transaction_released', held.release.transactionIdentity, 'done', 'bert', held.offset]],
  );
});

test('the same release twice, and two releases of one transaction by other people, let it go once', async () => {
  const world = await createReleaseWorld();
  const held = await world.hold(1);
  const first = await world.approve(held);
  await world.approve(held);
  await world.approve(held, { requestedBy: 'carl', approvedBy: 'dora' });
  await runUntilDrained(world);
  // A worker that comes later knows of it from the topic alone.
  await world.approve(held, { approvedAt: '2026-01-09T00:00:00.000Z' });
  await runUntilDrained(world);
  assert.deepEqual(
    (await released(world)).map(({ releaseOffset }) => releaseOffset),
    [first],
  );
  assert.deepEqual(await rejections(world), []);
});

test('a release that names nothing detection held lets nothing go and raises a security alert', async () => {
  const world = await createReleaseWorld({ partitions: 2 });
  const held = await world.hold(1);
  const other = await world.hold(2);
  // Stands on the held topic as well, and went through already.
  const { type, dataSchema } = events.transactionFlagged;
  const flagged = { ...heldEvent(1, 0), type, dataSchema };
  await world.append('held', 0, await world.seal(flagged, 'held'));
  await world.approve(held, { heldOffset: other.offset });
  await world.approve(held, { heldOffset: 2 });
  await world.approve(held, { heldOffset: 1_000_000 });
  await world.approve(held, { sourceOffset: 999 });
  await world.approve(held, {}, { key: other.account });
  await world.approve(held, {}, { partition: 1 });
  await world.approve(held, { sourcePartition: 1 }, { partition: 1 });
  await world.append('releases', 0, { key: 'k', value: Buffer.from('no envelope'), headers: {} });
  const asHeld = await world.seal(releaseEvent(held.release, held.account), 'held');
  await world.append('releases', 0, asHeld);
  await runUntilDrained(world);
  assert.deepEqual(await released(world), []);
  assert.deepEqual(await rejections(world), [
    'contract_violation transactionIdentity',
    'contract_violation heldOffset',
    'contract_violation heldOffset',
    'contract_violation sourceOffset',
    'contract_violation key',
    'not_sealed',
    'wrapped_key_invalid',
    'contract_violation sourcePartition',
    'contract_violation heldOffset',
  ]);
  const audit = await audited(world);
  assert.ok(audit.every(({ action, result }) => action === 'record_refused' && result === 'refused'));
  assert.equal(audit.length, 9);
});

test('a wrong release keeps no right one of the same transaction back', async () => {
  const world = await createReleaseWorld();
  const held = await world.hold(1);
  await world.approve(held, { sourceOffset: 999 });
  const right = await world.approve(held);
  await runUntilDrained(world);
  assert.deepEqual(
    (await released(world)).map(({ releaseOffset }) => releaseOffset),
    [right],
  );
});

for (const fault of ['before', 'after'] as const) {
  test(`a transaction that fails ${fault} it is committed releases once, and none is forgotten`, async () => {
    const world = await createReleaseWorld();
    const held = [await world.hold(1), await world.hold(2), await world.hold(3)];
    for (const one of held) await world.approve(one);
    let publishes = 0;
    const worker = await start(world, {
      maxRecordsPerRun: 2,
      onPublish: () => (++publishes === 1 ? fault : undefined),
    });
    await releasesDrained(world, [worker]);
    assert.deepEqual(worker.retries, ['publish_outcome_unknown']);
    await worker.stop();
    assert.deepEqual(
      (await released(world)).map(({ transaction }) => transaction.transactionId),
      ['tx-1', 'tx-2', 'tx-3'],
    );
    assert.equal((await audited(world)).length, 3);
  });
}

test('two workers side by side, one of them taken for dead while it releases, release each transaction once', async () => {
  const world = await createReleaseWorld({ partitions: 4 });
  for (let n = 0; n < 24; n += 1) {
    const held = await world.hold(n, n % 4);
    await world.approve(held);
    await world.approve(held, { requestedBy: 'carl' });
  }
  const frozen = Promise.withResolvers<undefined>();
  let isFrozen = false;
  const zombie = await start(world, {
    maxRecordsPerRun: 3,
    onPublish: () => {
      isFrozen = true;
      return frozen.promise;
    },
  });
  await waitFor(() => isFrozen, { what: 'the first to be at a transaction' });
  const second = await start(world, { maxRecordsPerRun: 3 });
  await waitFor(() => second.settled.length > 0, { what: 'the second to release' });
  frozen.resolve(undefined);
  await releasesDrained(world, [zombie, second]);
  const ids = (await released(world)).map(({ transaction }) => transaction.transactionId);
  assert.deepEqual(ids.toSorted(), Array.from({ length: 24 }, (_unused, n) => `tx-${n}`).toSorted());
});

test('a topic that has forgotten the marker a position stands at is gone on with, and any other truncation ends the worker', async () => {
  const world = await createReleaseWorld();
  await world.approve(await world.hold(1));
  await runUntilDrained(world);
  const [position = 0] = await world.positions();
  const skipped: unknown[] = [];
  const crashes: ((error: Error) => void)[] = [];
  const truncated = new WeirError('log_truncated', 'told to fail');
  const running = await runReleases({
    kafka: {
      runConsumer: async ({ onCrash }) => {
        crashes.push(onCrash);
        return world.client.runConsumer({
          ...{ groupId: 'nobody', topics: ['releases.v1'], onCrash, readCommitted: true },
          ...{
            partitionsConsumedConcurrently: 1,
            onBatch: async ({ endOffset: next }) => ({ kind: 'next', next }),
          },
        });
      },
      groupPositions: world.client.groupPositions,
      offsets: async () => [{ partition: 0, earliest: position + 1, end: position + 1 }],
    },
    consumer: { groupId: releaseGroup },
    parts: partsOf(world, { skipped: (...told) => void skipped.push(told) }),
    ...{ backoffMs: () => 1, onRetry: () => undefined, onLag: () => undefined },
  });
  toStop.push(running.stop);
  crashes[0]?.(truncated);
  await waitFor(() => crashes.length === 2, { what: 'the consumer to join again' });
  assert.deepEqual(skipped, [[0, { from: position, to: position + 1 }]]);
  assert.deepEqual(await world.positions(), [position + 1]);
  crashes[1]?.(truncated);
  await assert.rejects(running.crashed, truncated);
});

test('a position that another worker has moved on meanwhile is not moved back to where the topic begins', async () => {
  const world = await createReleaseWorld();
  for (let n = 0; n < 3; n += 1) await world.approve(await world.hold(n));
  const stale = await world.positions();
  await runUntilDrained(world);
  const [position = 0] = await world.positions();
  const kafka = {
    // What was read before the other worker went on.
    groupPositions: async () => stale.map((_unused, partition) => ({ partition, next: 0, metadata: '' })),
    offsets: async () => [{ partition: 0, earliest: 1, end: position }],
  };
  await skipForgotten(partsOf(world), kafka, releaseGroup);
  assert.deepEqual(await world.positions(), [position]);
});

test('while the KMS is away nothing is released, and afterwards everything is', async () => {
  const world = await createReleaseWorld();
  await world.approve(await world.hold(1));
  world.kms.fail('kms_unavailable');
  const worker = await start(world);
  await waitFor(() => worker.retries.length > 2, { what: 'some attempts' });
  assert.deepEqual(await world.positions(), [undefined]);
  assert.ok(worker.isStuck());
  world.kms.fail(undefined);
  await releasesDrained(world, [worker]);
  assert.equal((await released(world)).length, 1);
});
