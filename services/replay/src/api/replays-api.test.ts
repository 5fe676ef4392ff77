import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { replayAnswer, verifyManifest } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
import { createReplayWorld, scriptedEngine } from '../fixtures/replay-world.ts';
import type { Answer, ReplayWorld } from '../fixtures/replay-world.ts';

const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body['code']], [status, code], answer.text);
}

async function plan(world: ReplayWorld, more: object = {}): Promise<ReplayAnswer> {
  const answer = await world.ask('ana', '/v1/replays', { range, ...more });
  assert.equal(answer.status, 201, answer.text);
  return replayAnswer.parse(answer.body);
}

const state = async (world: ReplayWorld, { replayId }: ReplayAnswer): Promise<ReplayAnswer> =>
  replayAnswer.parse((await world.ask('ben', `/v1/replays/${replayId}`)).body);

const act = (world: ReplayWorld, { replayId }: ReplayAnswer, what: string, who = 'ana', body: object = {}) =>
  world.ask(who, `/v1/replays/${replayId}/${what}`, body);

const ends = (world: ReplayWorld, one: ReplayAnswer, how = 'done'): Promise<unknown> =>
  waitFor(async () => (await state(world, one)).state === how, { what: `${one.replayId} is ${how}` });

test('a plan that only compares is run by one person, and what it came to can be proved', async () => {
  const world = await createReplayWorld({ engine: scriptedEngine({ differs: [4, 8] }) });
  const one = await plan(world);
  assert.deepEqual([one.state, one.needsApproval], ['planned', false]);
  assertProblem(await world.ask('ana', `/v1/replays/${one.replayId}/report`), 409, 'replay_unfinished');
  assert.equal((await act(world, one, 'run')).status, 200);
  await ends(world, one);
  const { ending, progress } = await state(world, one);
  assert.deepEqual([ending?.records, ending?.differences, ending?.unjudged], [7, 2, 0]);
  assert.deepEqual([progress?.done, progress?.of], [7, 7]);

  const report = await world.ask('ben', `/v1/replays/${one.replayId}/report`);
  assert.equal((report.body['differences'] as object[]).length, 2);
  const page = await world.ask('ben', `/v1/replays/${one.replayId}/report.html`);
  assert.match(page.text, /^<!doctype html>/i);
  const manifest = await world.ask('ben', `/v1/replays/${one.replayId}/manifest`);
  const verified = await verifyManifest(Readable.from([Buffer.from(manifest.text)]), [world.publicKey]);
  assert.deepEqual(verified.findings, []);
  assert.equal(verified.root, ending?.root);
  assert.equal(verified.end?.reportSha256, createHash('sha256').update(report.text).digest('hex'));
  assert.deepEqual(
    world.audited(),
    [
      'ana replay_planned replay000001 begun',
      'ana replay_planned replay000001 done',
      'ana replay_run replay000001 begun',
      'ana replay_run replay000001 done',
      'ben evidence_opened replay000001 done',
      'ben evidence_opened replay000001 done',
    ],
    world.audited().join('\n'),
  );
});

test('where nobody may do it alone, another person approves what was looked at', async () => {
  const world = await createReplayWorld({ alone: 'none' });
  const one = await plan(world);
  assert.equal(one.needsApproval, true);
  const { hash } = one;
  assertProblem(await act(world, one, 'run'), 409, 'replay_not_approved');
  assertProblem(await act(world, one, 'approval', 'ana', { hash }), 403, 'planner_is_approver');
  assertProblem(await act(world, one, 'approval', 'ben', { hash: '0'.repeat(64) }), 409, 'plan_altered');
  assert.equal((await state(world, one)).state, 'planned');
  for (let time = 0; time < 2; time += 1)
    assert.equal((await act(world, one, 'approval', 'ben', { hash })).body['approvedBy'], 'ben');
  assert.equal((await act(world, one, 'run')).status, 200);
  await ends(world, one);
  const refusedOnes = world.audited().filter((entry) => entry.endsWith('refused'));
  assert.deepEqual(refusedOnes, [
    'ana replay_run replay000001 refused',
    'ana replay_approved replay000001 refused',
    'ben replay_approved replay000001 refused',
  ]);
});

test('a plan that was altered after it was approved is neither run nor gone on with, and the trail says who tried', async () => {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const world = await createReplayWorld({
    alone: 'none',
    engine: scriptedEngine({ before: () => (reached.resolve(), gate.promise) }),
  });
  const one = await plan(world);
  const path = join(world.folder, one.replayId, 'plan.json');
  const planned = readFileSync(path, 'utf8');
  const altered = planned.replace('"to":9', '"to":90');
  writeFileSync(path, altered);
  assertProblem(await act(world, one, 'approval', 'ben', { hash: one.hash }), 409, 'plan_altered');
  writeFileSync(path, planned);
  await act(world, one, 'approval', 'ben', { hash: one.hash });
  writeFileSync(path, altered);
  assertProblem(await act(world, one, 'run'), 409, 'plan_altered');
  assert.equal((await state(world, one)).state, 'approved');
  writeFileSync(path, planned);
  assert.equal((await act(world, one, 'run')).status, 200);
  await reached.promise;
  await act(world, one, 'pause');
  gate.resolve();
  await waitFor(async () => (await state(world, one)).progress?.done === 0);
  writeFileSync(path, altered);
  assertProblem(await act(world, one, 'resume'), 409, 'plan_altered');
  const refusedOnes = world.audited().filter((entry) => entry.endsWith('refused'));
  assert.deepEqual(refusedOnes, [
    'ben replay_approved replay000001 refused',
    'ana replay_run replay000001 refused',
    'ana replay_changed replay000001 refused',
  ]);
});

test('an approval that somebody put into the folder approves nothing', async () => {
  const first = await createReplayWorld({ alone: 'none' });
  const { folder } = first;
  const one = await plan(first);
  const forged = { hash: one.hash, by: 'ben', at: one.plan.plannedAt };
  writeFileSync(join(folder, one.replayId, 'approval.json'), JSON.stringify(forged));
  assertProblem(await act(first, one, 'run'), 409, 'replay_not_approved');
  const statePath = join(folder, one.replayId, 'state.json');
  writeFileSync(statePath, readFileSync(statePath, 'utf8').replace('"planned"', '"approved"'));
  const again = await createReplayWorld({ alone: 'none', folder });
  assert.equal((await state(again, one)).approvedBy, 'ben');
  assertProblem(await act(again, one, 'run'), 409, 'plan_altered');
  assert.deepEqual(again.audited(), [`ana replay_run ${one.replayId} refused`]);
});

test('one replay runs at a time; the second is told which one, and runs once it has ended', async () => {
  const gate = Promise.withResolvers<void>();
  const world = await createReplayWorld({ engine: scriptedEngine({ before: () => gate.promise }) });
  const [one, other] = [await plan(world), await plan(world)];
  await act(world, one, 'run');
  const second = await act(world, other, 'run');
  assertProblem(second, 409, 'replay_underway');
  assert.match(String(second.body['detail']), new RegExp(one.replayId));
  gate.resolve();
  await ends(world, one);
  await act(world, other, 'run');
  await ends(world, other);
});

test('a replay that is paused goes on where it was, and comes to the same root', async () => {
  const root = async (interrupt: boolean): Promise<string | undefined> => {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const world = await createReplayWorld({
      engine: scriptedEngine({
        differs: [3, 7],
        before: async (offset) => {
          if (!interrupt || offset !== 5) return;
          reached.resolve();
          await gate.promise;
        },
      }),
    });
    const one = await plan(world);
    await act(world, one, 'run');
    if (interrupt) {
      await reached.promise;
      assert.equal((await act(world, one, 'pause')).body['state'], 'paused');
      gate.resolve();
      await waitFor(async () => (await state(world, one)).progress?.done === 3);
      assert.equal((await act(world, one, 'resume')).body['state'], 'running');
    }
    await ends(world, one);
    const { ending } = await state(world, one);
    assert.equal(ending?.differences, 2);
    return ending?.root;
  };
  assert.equal(await root(true), await root(false));
});

test('a replay that is stopped stays so, and another may run', async () => {
  const world = await createReplayWorld({
    engine: scriptedEngine({ before: () => new Promise((resolve) => setImmediate(resolve)) }),
  });
  const [one, other] = [await plan(world), await plan(world)];
  await act(world, one, 'run');
  assert.equal((await act(world, one, 'stop')).body['state'], 'stopped');
  assertProblem(await act(world, one, 'resume'), 409, 'replay_state_other');
  await waitFor(() => world.loop.progressOf(one.replayId) === undefined);
  assert.deepEqual(world.audited().slice(-3), [
    'ana replay_changed replay000001 begun',
    'ana replay_changed replay000001 done',
    'ana replay_run replay000001 done',
  ]);
  await act(world, other, 'run');
  await ends(world, other);
  assert.equal((await state(world, one)).state, 'stopped');
});

test('nothing is planned, approved or run that the audit trail can not be told', async () => {
  const world = await createReplayWorld({ alone: 'none' });
  const one = await plan(world);
  world.audit.isAway = true;
  assertProblem(await world.ask('ana', '/v1/replays', { range }), 503, 'replay_unavailable');
  assertProblem(await act(world, one, 'approval', 'ben', { hash: one.hash }), 503, 'replay_unavailable');
  world.audit.isAway = false;
  await act(world, one, 'approval', 'ben', { hash: one.hash });
  world.audit.isAway = true;
  assertProblem(await act(world, one, 'run'), 503, 'replay_unavailable');
  assert.equal((await state(world, one)).state, 'approved');
  assert.equal(world.store.list().length, 1);
});

test('who has no scope for it, or belongs to a tenant, gets nothing', async () => {
  const world = await createReplayWorld();
  const one = await plan(world);
  assertProblem(await act(world, one, 'run', 'ben'), 403, 'scope_missing');
  assertProblem(await world.ask('eve', '/v1/replays'), 403, 'other_tenant');
  assertProblem(await world.ask('nobody', '/v1/replays'), 401, 'token_refused');
  assertProblem(await world.ask('ben', '/v1/replays/aaaaaaaaaaaa'), 404, 'replay_unknown');
});

for (const [what, wrong] of [
  ['a range of no kind', { range: { by: 'luck' } }],
  ['an account in clear', { range, filter: { accounts: ['NL91ABNA0417164300'] } }],
  ['a field nobody knows', { range, colour: 'red' }],
  ['no range', {}],
  ['a rate of nothing', { range, recordsPerSecond: 0 }],
] as const)
  test(`${what} is refused, and not repeated`, async () => {
    const world = await createReplayWorld();
    const answer = await world.ask('ana', '/v1/replays', wrong);
    assertProblem(answer, 400, 'request_malformed');
    assert.doesNotMatch(answer.text, /luck|NL91|red/);
  });

test('what was put in the place of a report is not handed out', async () => {
  const world = await createReplayWorld();
  const [one, other] = [await plan(world), await plan(world)];
  for (const each of [one, other]) {
    await act(world, each, 'run');
    await ends(world, each);
  }
  const fileOf = ({ replayId }: ReplayAnswer) => join(world.folder, replayId, 'report.json.sealed');
  writeFileSync(fileOf(one), readFileSync(fileOf(other)));
  assertProblem(await world.ask('ben', `/v1/replays/${one.replayId}/report`), 507, 'disk_unavailable');
});

test('no pseudonym lies in the folder in clear, but for those somebody asked for', async () => {
  const world = await createReplayWorld({ engine: scriptedEngine({ differs: [2, 3, 4, 5, 6] }) });
  const one = await plan(world);
  await act(world, one, 'run');
  await ends(world, one);
  const folder = join(world.folder, one.replayId);
  const names = readdirSync(folder).toSorted();
  assert.deepEqual(names, [
    'checkpoint.sealed',
    'differences.sealed',
    'estimate.json',
    'manifest.ndjson',
    'plan.json',
    'report.json.sealed',
    'state.json',
    'warrant.sealed',
  ]);
  for (const name of names) assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /a1_AAEC/, name);
});
