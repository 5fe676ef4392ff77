import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { createReplayWorld, scriptedEngine } from '../fixtures/replay-world.ts';
import type { Answer, ReplayWorld } from '../fixtures/replay-world.ts';

const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };
const plan = async (world: ReplayWorld): Promise<string> =>
  String((await world.ask('ana', '/v1/replays', { range })).body['replayId']);
const act = (world: ReplayWorld, id: string, kind: string, who = 'ana'): Promise<Answer> =>
  world.ask(who, `/v1/replays/${id}/${kind}`, {});
const becomes = (world: ReplayWorld, id: string, state: string): Promise<unknown> =>
  waitFor(() => world.store.find(id)?.lifecycle.state === state, { what: `${id} is ${state}` });

test('a replay that is discarded goes with what it has made and its folder, and the trail said so first', async () => {
  const removed: string[] = [];
  const world: ReplayWorld = await createReplayWorld({
    removeMade: async (kept) => {
      assert.equal(world.audited().at(-1), `ana replay_discarded ${kept.plan.replayId} begun`);
      assert.ok(existsSync(join(world.folder, kept.plan.replayId)));
      removed.push(kept.plan.replayId);
    },
  });
  const id = await plan(world);
  await act(world, id, 'run');
  await becomes(world, id, 'done');
  const discarded = await act(world, id, 'discard');
  assert.deepEqual([discarded.status, discarded.body['state']], [200, 'done']);
  assert.deepEqual(removed, [id]);
  assert.equal(existsSync(join(world.folder, id)), false);
  assert.equal((await world.ask('ana', `/v1/replays/${id}`)).status, 404);
  assert.equal((await act(world, id, 'discard')).status, 404);
  assert.equal(world.audited().at(-1), `ana replay_discarded ${id} done`);
});

test('one that runs is not discarded, nor one that is still at its last batch, nor by who may only look', async () => {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const world = await createReplayWorld({
    engine: scriptedEngine({ before: () => (reached.resolve(), gate.promise) }),
  });
  const id = await plan(world);
  assert.equal((await act(world, id, 'discard', 'ben')).status, 403);
  await act(world, id, 'run');
  await reached.promise;
  const refused = async (): Promise<void> => {
    const answer = await act(world, id, 'discard');
    assert.deepEqual([answer.status, answer.body['code']], [409, 'replay_state_other']);
  };
  await refused();
  await act(world, id, 'stop');
  await refused();
  gate.resolve();
  await waitFor(() => world.loop.progressOf(id) === undefined);
  assert.equal((await act(world, id, 'discard')).status, 200);
});

test('what can not be removed, or not be told, stays, and goes when it is said again', async () => {
  let isAway = true;
  const world = await createReplayWorld({
    removeMade: async () => {
      if (isAway) throw new WeirError('broker_unavailable', 'no broker answered');
    },
  });
  const id = await plan(world);
  world.audit.isAway = true;
  assert.equal((await act(world, id, 'discard')).status, 503);
  world.audit.isAway = false;
  assert.equal((await act(world, id, 'discard')).status, 503);
  assert.equal(world.audited().at(-1), `ana replay_discarded ${id} failed`);
  assert.ok(existsSync(join(world.folder, id)));
  isAway = false;
  assert.equal((await act(world, id, 'discard')).status, 200);
});
