import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { replayAnswer } from '@weir/replays';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { createReplayWorld, scriptedEngine } from '../fixtures/replay-world.ts';
import type { ReplayWorld } from '../fixtures/replay-world.ts';
import type { RunFiles } from './run-files.ts';

const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };

async function begin(world: ReplayWorld): Promise<string> {
  const replayId = String((await world.ask('ana', '/v1/replays', { range })).body['replayId']);
  await world.ask('ana', `/v1/replays/${replayId}/run`, {});
  return replayId;
}

const becomes = (world: ReplayWorld, replayId: string, how: string): Promise<unknown> =>
  waitFor(() => world.store.find(replayId)?.lifecycle.state === how, { what: `${replayId} is ${how}` });

test('what ran when the process died goes on from its checkpoint, without what was written behind it', async () => {
  const folder = makeTempFolder('replays');
  const read: number[] = [];
  const reached = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const first = await createReplayWorld({
    folder,
    engine: scriptedEngine({
      differs: [3, 6],
      before: async (offset) => {
        if (offset !== 6) return;
        reached.resolve();
        await killed.promise;
      },
    }),
  });
  const replayId = await begin(first);
  await reached.promise;
  // What a process that was killed had written and not yet said to be whole.
  for (const name of ['manifest.ndjson', 'differences.sealed'])
    appendFileSync(join(folder, replayId, name), 'half a li');

  const second = await createReplayWorld({
    folder,
    engine: scriptedEngine({ differs: [3, 6], before: async (offset) => void read.push(offset) }),
  });
  assert.equal(second.store.find(replayId)?.lifecycle.state, 'running');
  second.loop.begin(replayId);
  await becomes(second, replayId, 'done');
  assert.deepEqual(read, [6, 7, 8]);
  const undisturbed = await createReplayWorld({ engine: scriptedEngine({ differs: [3, 6] }) });
  const whole = await begin(undisturbed);
  await becomes(undisturbed, whole, 'done');
  const ending = second.store.find(replayId)?.lifecycle.ending;
  assert.deepEqual(ending, undisturbed.store.find(whole)?.lifecycle.ending);
  const report = await second.ask('ben', `/v1/replays/${replayId}/report`);
  assert.equal((report.body['differences'] as object[]).length, 2);
  killed.resolve();
  await first.stop();
});

test('what passes is waited for, and shows in readiness meanwhile', async () => {
  let failures = 0;
  const seen: string[] = [];
  const world: ReplayWorld = await createReplayWorld({
    engine: scriptedEngine({
      before: async (offset) => {
        seen.push(
          world.health
            .problems()
            .map(({ reason }) => reason)
            .join(),
        );
        if (offset === 4 && (failures += 1) < 4) throw new WeirError('kms_unavailable', 'away');
      },
    }),
  });
  await becomes(world, await begin(world), 'done');
  assert.equal(failures, 4);
  assert.ok(seen.includes('kms_unavailable'));
  assert.deepEqual(world.health.problems(), []);
});

for (const [code, state] of [
  ['store_unavailable', 'paused'],
  ['kms_key_disabled', 'paused'],
  ['broker_unavailable', 'paused'],
  ['log_truncated', 'failed'],
  ['artefact_unknown', 'failed'],
] as const)
  test(`where ${code} does not pass, a replay is ${state} and says why`, async () => {
    let isBroken = true;
    const world = await createReplayWorld({
      engine: scriptedEngine({
        before: async () => {
          if (isBroken) throw new WeirError(code, 'it stays so');
        },
      }),
    });
    const replayId = await begin(world);
    await becomes(world, replayId, state);
    assert.deepEqual(world.store.find(replayId)?.lifecycle.trouble, { code, message: 'it stays so' });
    const end = `ana replay_run ${replayId} failed`;
    assert.equal(world.audited().includes(end), state === 'failed');
    isBroken = false;
    const resumed = await world.ask('ana', `/v1/replays/${replayId}/resume`, {});
    assert.equal(resumed.status, state === 'paused' ? 200 : 409);
    if (state === 'paused') await becomes(world, replayId, 'done');
  });

test('where the disk is full even for a word about it, a replay goes on by itself once there is room', async () => {
  let isFull = false;
  const full = new WeirError('store_unavailable', 'REPLAY_DIR: the disk is full (ENOSPC)');
  const world: ReplayWorld = await createReplayWorld({
    engine: scriptedEngine({
      before: async (offset) => {
        if (offset === 5 && world.health.problems().length === 0) isFull = true;
        if (isFull) throw full;
      },
    }),
  });
  const { save } = world.store;
  let refusals = 0;
  Object.assign(world.store, {
    save: async (...args: Parameters<typeof save>) => {
      if (!isFull) return save(...args);
      refusals += 1;
      if (refusals === 3) isFull = false;
      throw full;
    },
  });
  const replayId = await begin(world);
  await becomes(world, replayId, 'done');
  assert.equal(refusals, 3);
});

test('a bug ends the process once its replay is given up, so that the next start does not meet it again', async () => {
  const world = await createReplayWorld({
    engine: scriptedEngine({
      before: async () => {
        throw new TypeError('a bug');
      },
    }),
  });
  const replayId = await begin(world);
  await assert.rejects(world.loop.done, TypeError);
  assert.equal(world.store.find(replayId)?.lifecycle.state, 'failed');
});

test('what the folder says to run though nobody had it run does not, and the trail has it by no name of a person', async () => {
  const folder = makeTempFolder('replays');
  const first = await createReplayWorld({ folder });
  const replayId = String((await first.ask('ana', '/v1/replays', { range })).body['replayId']);
  const path = join(folder, replayId, 'state.json');
  const run = { by: 'ben', origin: '127.0.0.1', entry: '0199c0de-0000-7000-8000-000000000004' };
  writeFileSync(path, JSON.stringify({ ...first.store.find(replayId)?.lifecycle, state: 'running', run }));
  const read: number[] = [];
  const engine = scriptedEngine({ before: async (offset) => void read.push(offset) });
  const second = await createReplayWorld({ folder, engine });
  second.loop.begin(replayId);
  await becomes(second, replayId, 'failed');
  assert.deepEqual(read, []);
  assert.equal(second.store.find(replayId)?.lifecycle.trouble?.code, 'store_other');
  assert.deepEqual(second.audited(), [`replay replay_run ${replayId} refused`]);
});

test('a drive that goes through its records a second time is shown as it goes, and in how long the next is due', async () => {
  const told = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const world = await createReplayWorld({
    engine: async (run) => {
      const tell = (progress: object): void => {
        world.clock.nowMs += 2_000;
        run.observe.progress({ phase: 'copying', partition: 0, done: 0, of: 7, differences: 0, ...progress });
      };
      for (const done of [0, 4, 7]) tell({ done });
      tell({ phase: 'driving' });
      tell({ phase: 'driving', done: 1, nextInMs: 90_500 });
      told.resolve();
      await gate.promise;
      return scriptedEngine({})(run);
    },
  });
  const replayId = await begin(world);
  await told.promise;
  const { progress } = replayAnswer.parse((await world.ask('ben', `/v1/replays/${replayId}`)).body);
  assert.deepEqual(progress, {
    ...{ phase: 'driving', done: 1, of: 7, differences: 0 },
    ...{ perSecond: 0.5, secondsLeft: 12, nextInSeconds: 91 },
  });
  gate.resolve();
  await becomes(world, replayId, 'done');
});

test('an engine is told which records the manifest names by now', async () => {
  const listed: object[] = [];
  const world = await createReplayWorld({
    engine: async (run) => {
      const outcome = await scriptedEngine({})(run);
      const { listed: places } = run as unknown as Pick<RunFiles, 'listed'>;
      for await (const place of places()) listed.push(place);
      return outcome;
    },
  });
  await becomes(world, await begin(world), 'done');
  assert.deepEqual(
    listed,
    [2, 3, 4, 5, 6, 7, 8].map((offset) => ({ partition: 0, offset })),
  );
});

test('a stop of the process leaves what runs to the next start', async () => {
  const world = await createReplayWorld({
    engine: scriptedEngine({ before: () => new Promise((resolve) => setImmediate(resolve)) }),
  });
  const replayId = await begin(world);
  await world.stop();
  assert.equal(world.store.find(replayId)?.lifecycle.state, 'running');
});

for (const [what, byMs] of [
  ['back', -86_400_000],
  ['ahead', 86_400_000],
] as const)
  test(`a clock that jumps ${what} while a replay runs changes neither what it comes to nor shows time that is none`, async () => {
    const shown: (ReturnType<ReplayWorld['loop']['progressOf']> | undefined)[] = [];
    const world: ReplayWorld = await createReplayWorld({
      engine: scriptedEngine({
        differs: [3],
        before: async (offset) => {
          if (offset === 5) world.clock.nowMs += byMs;
          shown.push(world.loop.progressOf('replay000001'));
        },
      }),
    });
    const replayId = await begin(world);
    await becomes(world, replayId, 'done');
    assert.ok(shown.length > 0);
    for (const one of shown) assert.ok((one?.secondsLeft ?? 0) >= 0 && (one?.perSecond ?? 0) >= 0);
    const undisturbed = await createReplayWorld({ engine: scriptedEngine({ differs: [3] }) });
    const whole = await begin(undisturbed);
    await becomes(undisturbed, whole, 'done');
    assert.deepEqual(
      world.store.find(replayId)?.lifecycle.ending,
      undisturbed.store.find(whole)?.lifecycle.ending,
    );
  });
