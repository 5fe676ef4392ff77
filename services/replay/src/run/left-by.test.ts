import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { makeTempFolder, waitFor } from '@weir/testkit';
import type { RunReplay } from '../engine/replay-parts.ts';
import { createReplayWorld, scriptedEngine } from '../fixtures/replay-world.ts';
import type { ReplayWorld } from '../fixtures/replay-world.ts';

/** Hands over each of the seven records it reads, and waits before one of them. */
const copying =
  (before: (offset: number) => Promise<void>): RunReplay =>
  (run) =>
    scriptedEngine({ before })({
      ...run,
      keep: ({ checkpoint, ...step }) => {
        const counts = { ...checkpoint.counts, handedOver: checkpoint.manifest.size };
        return run.keep({ ...step, checkpoint: { ...checkpoint, counts } });
      },
    });

async function begin(world: ReplayWorld): Promise<string> {
  const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };
  const target = { kind: 'export', format: 'ndjson' };
  const { body } = await world.ask('ana', '/v1/replays', { range, target });
  const id = String(body['replayId']);
  await world.ask('ben', `/v1/replays/${id}/approval`, { hash: body['hash'] });
  assert.equal((await world.ask('ana', `/v1/replays/${id}/run`, {})).status, 200);
  return id;
}

/** The details of the last entry of an action that says an end. */
const endOf = ({ trail }: ReplayWorld, action: string) =>
  trail.findLast((act) => act.action === action && act.result !== 'begun')?.details;
const hasEnded = (world: ReplayWorld, id: string) =>
  waitFor(() => world.loop.progressOf(id) === undefined, { what: `${id} is at rest` });

test('the trail says how many records a copy has handed over: of one that is done, and of one that failed', async () => {
  for (const [isBroken, handedOver] of [
    [false, 7],
    [true, 3],
  ] as const) {
    const world = await createReplayWorld({
      engine: copying(async (offset) => {
        if (isBroken && offset === 5) throw new WeirError('log_truncated', 'gone');
      }),
    });
    await hasEnded(world, await begin(world));
    assert.equal(endOf(world, 'replay_run')?.['handedOver'], handedOver);
  }
});

test('of one that is stopped it counts what was under way too, and says so once it has ended', async () => {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const world = await createReplayWorld({
    engine: copying(async (offset) => {
      if (offset !== 4) return;
      reached.resolve();
      await gate.promise;
    }),
  });
  const id = await begin(world);
  await reached.promise;
  await world.ask('ana', `/v1/replays/${id}/stop`, {});
  assert.equal(endOf(world, 'replay_run'), undefined);
  gate.resolve();
  await hasEnded(world, id);
  const { stopped, handedOver } = endOf(world, 'replay_run') ?? {};
  assert.deepEqual([stopped, handedOver], [true, 2]);
  assert.equal(world.store.find(id)?.lifecycle.endUntold, undefined);
  await world.ask('ana', `/v1/replays/${id}/discard`, {});
  assert.equal(endOf(world, 'replay_discarded')?.['handedOver'], 2);
  assert.equal(world.trail.filter(({ action }) => action === 'replay_run').length, 2);
});

test('a process that died before it could tell of a stop tells of it at its next start', async () => {
  const folder = makeTempFolder('replays');
  const reached = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const first = await createReplayWorld({
    folder,
    engine: copying(async (offset) => {
      if (offset !== 4) return;
      reached.resolve();
      await killed.promise;
    }),
  });
  const id = await begin(first);
  await reached.promise;
  await first.ask('ana', `/v1/replays/${id}/stop`, {});
  const second = await createReplayWorld({ folder });
  assert.equal(second.store.find(id)?.lifecycle.endUntold, true);
  second.loop.begin(id);
  await waitFor(() => second.store.find(id)?.lifecycle.endUntold === undefined);
  assert.deepEqual(second.audited(), [`ana replay_run ${id} done`]);
  const stopped = first.stop();
  killed.resolve();
  await stopped;
});

test('one that is discarded while it is paused has an end on the trail too', async () => {
  const world = await createReplayWorld({
    engine: copying(async (offset) => {
      if (offset === 6) throw new WeirError('kms_key_disabled', 'the key is disabled');
    }),
  });
  const id = await begin(world);
  await hasEnded(world, id);
  assert.equal(world.store.find(id)?.lifecycle.state, 'paused');
  await world.ask('ana', `/v1/replays/${id}/discard`, {});
  const { discarded, handedOver } = endOf(world, 'replay_run') ?? {};
  assert.deepEqual([discarded, handedOver], [true, 4]);
  assert.equal(endOf(world, 'replay_discarded')?.['handedOver'], 4);
});
