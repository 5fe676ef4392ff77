import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import { notaryHealth } from './health.ts';
import { createNotaryWorld, requestsOf, untilEntries } from './fixtures/memory-notary.ts';
import { waitFor } from '@weir/testkit';

const noRoom = (): WeirError =>
  new WeirError('audit_unavailable', 'full', { cause: Object.assign(new Error('full'), { code: 'ENOSPC' }) });

test('Requests become entries in their order, without a gap, under a checkpoint every 256', async () => {
  const world = await createNotaryWorld();
  const requests = requestsOf(600);
  await world.request(requests);
  const running = await world.start();
  await untilEntries(world, 600);
  const { entries, checkpoints } = await world.readTrail();
  assert.deepEqual(
    entries.map(({ sequence, requestId }) => ({ sequence, requestId })),
    requests.map(({ requestId }, sequence) => ({ sequence, requestId })),
  );
  assert.deepEqual(
    checkpoints.map(({ treeSize }) => treeSize),
    [256, 512],
  );
  assert.deepEqual([...world.store.kept.values()], checkpoints);
  assert.deepEqual((await world.verify()).findings, []);
  await running.stop();
});

test('Entries that wait a minute for their checkpoint get one without another request', async () => {
  const world = await createNotaryWorld();
  await world.request(requestsOf(3));
  const running = await world.start();
  await untilEntries(world, 3);
  await running.notary.tick();
  assert.equal(world.store.kept.size, 0);
  world.clock.nowMs += 60_000;
  await running.notary.tick();
  await running.notary.tick();
  assert.deepEqual([...world.store.kept.keys()], [3]);
  assert.equal((await world.verify()).covered, 3);
  await running.stop();
});

test('A request that is sent twice becomes one entry, also across a restart; another under its id does not keep it out', async () => {
  const world = await createNotaryWorld();
  const [request, forged] = requestsOf(2);
  assert.ok(request !== undefined && forged !== undefined);
  await world.request([{ ...forged, requestId: request.requestId }, request, request]);
  const first = await world.start();
  await untilEntries(world, 2);
  await first.stop();
  await world.request([request, ...requestsOf(1)]);
  const second = await world.start();
  await untilEntries(world, 3);
  const { entries } = await world.readTrail();
  assert.deepEqual(
    entries.map(({ sequence, subject }) => `${sequence} ${subject.id}`),
    ['0 key-1', '1 key-0', '2 key-0'],
  );
  await second.stop();
});

test('A record of the intake that can not be read becomes an entry that names its place, and holds nothing up', async () => {
  const world = await createNotaryWorld();
  await world.appendRaw('intake', Buffer.from('in plain'));
  await world.request(requestsOf(1));
  const running = await world.start();
  await untilEntries(world, 2);
  const [refused] = (await world.readTrail()).entries;
  assert.equal(refused?.action, 'record_refused');
  assert.deepEqual(refused.details, {
    code: 'not_sealed',
    topic: 'audit.intake.v1',
    partition: 0,
    offset: 0,
  });
  await running.stop();
});

test('A full disk stops the trail before the next entry, is told by the health, and the trail goes on with room', async () => {
  const world = await createNotaryWorld();
  const running = await world.start();
  await world.request(requestsOf(2));
  await untilEntries(world, 2);
  world.store.failing.room = noRoom();
  await world.request(requestsOf(5));
  await waitFor(() => running.notary.waitsFor() !== undefined);
  const state = { isJoined: true, owns: running.notary.owns(), waitsFor: running.notary.waitsFor() };
  assert.deepEqual(notaryHealth(state), [{ part: 'checkpoints', reason: 'disk_full' }]);
  assert.equal((await world.readTrail()).entries.length, 2);
  world.store.failing.room = undefined;
  await untilEntries(world, 7);
  assert.equal(running.notary.waitsFor(), undefined);
  assert.deepEqual((await world.verify()).findings, []);
  await running.stop();
});

test('A disk that fills up while a checkpoint is written leaves none of its entries on the trail', async () => {
  const world = await createNotaryWorld();
  world.store.failing.write = noRoom();
  const running = await world.start({ limits: { maxRecordsPerBatch: 300, checkpointIntervalMs: 60_000 } });
  await world.request(requestsOf(256));
  await waitFor(() => running.notary.waitsFor() !== undefined);
  assert.equal((await world.readTrail()).entries.length, 0);
  world.store.failing.write = undefined;
  await untilEntries(world, 256);
  assert.deepEqual((await world.verify()).findings, []);
  await running.stop();
});

test('A crash after a checkpoint was kept and before its entries were written is made good by the next notary', async () => {
  const world = await createNotaryWorld();
  await world.request(requestsOf(40));
  const dying = await world.start({
    limits: { maxRecordsPerBatch: 40, checkpointIntervalMs: 0 },
    openTransactions: () => ({
      ...world.kafka.createPartitionTransactions({ transactionalId: 'notary-0', groupId: 'notary' }),
      publish: () => Promise.reject(new Error('killed')),
    }),
  });
  await waitFor(() => dying.crash() !== undefined);
  await dying.stop();
  assert.deepEqual([...world.store.kept.keys()], [40]);
  await world.request(requestsOf(10, 'later'));
  const next = await world.start();
  await untilEntries(world, 50);
  const { checkpoints } = await world.readTrail();
  assert.deepEqual(checkpoints, [...world.store.kept.values()]);
  assert.deepEqual((await world.verify()).findings, []);
  await next.stop();
});

for (const [title, requests] of [
  ['A trail that ends before a kept checkpoint stops the notary, and nothing more is written', 2],
  ['A kept checkpoint with another root stops the notary before it writes beyond it', 9],
] as const) {
  test(title, async () => {
    const world = await createNotaryWorld();
    await world.request(requestsOf(5));
    const running = await world.start({ limits: { maxRecordsPerBatch: 5, checkpointIntervalMs: 0 } });
    await untilEntries(world, 5);
    await running.stop();
    const other = await createNotaryWorld();
    other.store.kept.set(5, world.store.kept.values().next().value as never);
    await other.request(requestsOf(requests));
    const halted = await other.start();
    await waitFor(() => halted.crash() !== undefined);
    assert.equal((halted.crash() as WeirError).code, 'audit_damaged');
    assert.equal((await other.readTrail()).entries.length, 0);
    await halted.stop();
  });
}

test('What a stranger writes to the trail is left aside, and the trail goes on', async () => {
  const world = await createNotaryWorld();
  await world.request(requestsOf(3));
  const first = await world.start();
  await untilEntries(world, 3);
  await first.stop();
  await world.appendRaw('audit', Buffer.from('entry 3, honestly'));
  await world.request(requestsOf(2));
  const foreign: number[] = [];
  const second = await world.start({
    observe: {
      tookOver: () => undefined,
      foreignRecord: (offset) => void foreign.push(offset),
      recorded: () => undefined,
      waits: () => undefined,
      lag: () => undefined,
    },
  });
  await untilEntries(world, 5);
  assert.equal(foreign.length, 1);
  assert.deepEqual((await world.verify()).findings, [
    { kind: 'record_unreadable', place: `offset ${foreign[0]}` },
  ]);
  await second.stop();
});

test('An intake that ends before what was recorded of it stops the notary, rather than pass new requests by', async () => {
  const world = await createNotaryWorld();
  await world.request(requestsOf(3));
  const transactions = world.kafka.createPartitionTransactions({
    transactionalId: 'notary-0',
    groupId: 'notary',
  });
  await transactions.fence();
  const source = { topic: streams.intake.topic, partition: 0, next: 9, metadata: '' };
  await transactions.publish({ outputs: [], source });
  await transactions.discard();
  const running = await world.start();
  await assert.rejects(running.notary.tick(), { code: 'audit_damaged' });
  assert.equal((await world.readTrail()).entries.length, 0);
  await running.stop();
});
