import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { planHash as hashOf } from '@weir/replays';
import { makeTempFolder } from '@weir/testkit';
import { keptReplay, samplePlan } from '../fixtures/kept-replay.ts';
import { seals } from '../fixtures/replay-world.ts';
import { openReplayStore } from './replay-store.ts';

const nobody = (replayId: string): void => assert.fail(`${replayId} is readable`);

test('What is kept is there again after a restart, for its owner alone', async () => {
  const folder = join(makeTempFolder('replays'), 'replays');
  const store = await openReplayStore(folder, seals, nobody);
  const one = keptReplay('aaaaaaaaaaaa');
  await store.add(one, 'rules: []');
  const approval = { hash: one.lifecycle.planHash, by: 'ben', at: one.plan.plannedAt };
  const approved = { ...one.lifecycle, state: 'approved' as const };
  await store.save('aaaaaaaaaaaa', { lifecycle: approved, approval });
  const again = await openReplayStore(folder, seals, nobody);
  assert.deepEqual(again.find('aaaaaaaaaaaa'), { ...one, lifecycle: approved, approval });
  assert.equal(await again.rulesetOf('aaaaaaaaaaaa'), 'rules: []');
  assert.equal(statSync(join(folder, 'aaaaaaaaaaaa')).mode & 0o777, 0o700);
  for (const name of readdirSync(join(folder, 'aaaaaaaaaaaa')))
    assert.equal(statSync(join(folder, 'aaaaaaaaaaaa', name)).mode & 0o777, 0o600, name);
});

/** Every way to change one byte of a file, or how many there are. */
function* alterationsOf(whole: Buffer): Generator<Buffer> {
  yield* [Buffer.alloc(0), whole.subarray(0, -1), Buffer.concat([whole, Buffer.from('x')])];
  for (let place = 0; place < whole.length; place += 1) {
    const altered = Buffer.from(whole);
    altered[place] = (altered[place] ?? 0) ^ 1;
    yield altered;
  }
}

test('A plan or a warrant of which any byte was altered is none any more, and neither is that of another', async () => {
  const folder = makeTempFolder('replays');
  const store = await openReplayStore(folder, seals, nobody);
  const [one, other] = [keptReplay('aaaaaaaaaaaa'), keptReplay('bbbbbbbbbbbb')];
  await store.add(one, undefined);
  await store.add(other, undefined);
  for (const name of ['plan.json', 'warrant.sealed']) {
    const path = join(folder, 'aaaaaaaaaaaa', name);
    const whole = readFileSync(path);
    const moved = readFileSync(join(folder, 'bbbbbbbbbbbb', name));
    for (const altered of [...alterationsOf(whole), moved]) {
      writeFileSync(path, altered);
      assert.equal(await store.planOnDisk('aaaaaaaaaaaa'), undefined, altered.toString('latin1'));
    }
    rmSync(path);
    assert.equal(await store.planOnDisk('aaaaaaaaaaaa'), undefined);
    writeFileSync(path, whole);
    assert.deepEqual(await store.planOnDisk('aaaaaaaaaaaa'), one.plan);
  }
});

test('What nobody has said here lets no plan run, also where the files say it while nothing runs', async () => {
  const { plan, lifecycle } = keptReplay('aaaaaaaaaaaa');
  const { planHash } = lifecycle;
  const forgedPlan = samplePlan('aaaaaaaaaaaa', { filter: { amountFromMinor: 1 } });
  const forgedRun = { by: 'ana', origin: '127.0.0.1', entry: '0199c0de-0000-7000-8000-000000000002' };
  const forgeries: Readonly<Record<string, object>>[] = [
    { 'approval.json': { hash: planHash, by: 'ben', at: plan.plannedAt } },
    { 'state.json': { ...lifecycle, state: 'running', run: forgedRun } },
    { 'state.json': { ...lifecycle, planHash: hashOf(forgedPlan) }, 'plan.json': forgedPlan },
  ];
  for (const forged of forgeries) {
    const folder = makeTempFolder('replays');
    await (await openReplayStore(folder, seals, nobody)).add(keptReplay('aaaaaaaaaaaa'), undefined);
    for (const [name, content] of Object.entries(forged))
      writeFileSync(join(folder, 'aaaaaaaaaaaa', name), JSON.stringify(content));
    const again = await openReplayStore(folder, seals, nobody);
    assert.equal(await again.planOnDisk('aaaaaaaaaaaa'), undefined, JSON.stringify(forged));
  }
});

test('What people said is good again after a restart, also where a crash left the warrant ahead of the rest', async () => {
  const folder = makeTempFolder('replays');
  const store = await openReplayStore(folder, seals, nobody);
  const { plan, lifecycle } = keptReplay('aaaaaaaaaaaa');
  await store.add(keptReplay('aaaaaaaaaaaa'), undefined);
  const fileOf = (name: string) => join(folder, 'aaaaaaaaaaaa', name);
  const before = readFileSync(fileOf('state.json'));
  const approval = { hash: lifecycle.planHash, by: 'ben', at: plan.plannedAt };
  const run = { by: 'ana', origin: '127.0.0.1', entry: '0199c0de-0000-7000-8000-000000000002' };
  await store.save('aaaaaaaaaaaa', { lifecycle: { ...lifecycle, state: 'approved' }, approval });
  await store.save('aaaaaaaaaaaa', { lifecycle: { ...lifecycle, state: 'running', run } });
  const reopened = async () => (await openReplayStore(folder, seals, nobody)).planOnDisk('aaaaaaaaaaaa');
  assert.deepEqual(await reopened(), plan);
  writeFileSync(fileOf('state.json'), before);
  assert.deepEqual(await reopened(), plan);
  rmSync(fileOf('approval.json'));
  assert.deepEqual(await reopened(), plan);
});

test('A replay that was half made is gone at the next start, and one that is unreadable stays where it is', async () => {
  const folder = makeTempFolder('replays');
  mkdirSync(join(folder, '.cccccccccccc'));
  mkdirSync(join(folder, 'bbbbbbbbbbbb'));
  writeFileSync(join(folder, 'bbbbbbbbbbbb', 'plan.json'), '{');
  mkdirSync(join(folder, 'lost+found'));
  const unreadable: string[] = [];
  const store = await openReplayStore(folder, seals, (replayId) => unreadable.push(replayId));
  assert.deepEqual(unreadable, ['bbbbbbbbbbbb']);
  assert.deepEqual(store.list(), []);
  assert.deepEqual(readdirSync(folder).toSorted(), ['bbbbbbbbbbbb', 'lost+found']);
});

test('What has ended or was never run goes after its time, and what runs or is paused does not', async () => {
  const folder = makeTempFolder('replays');
  const store = await openReplayStore(folder, seals, nobody);
  const old = '2026-01-01T00:00:00.000Z';
  for (const [replayId, state] of [
    ['aaaaaaaaaaaa', 'done'],
    ['bbbbbbbbbbbb', 'planned'],
    ['cccccccccccc', 'running'],
    ['dddddddddddd', 'paused'],
  ] as const)
    await store.add(keptReplay(replayId, { state, changedAt: old }), undefined);
  await store.add(keptReplay('eeeeeeeeeeee', { changedAt: '2026-03-01T00:00:00.000Z' }), undefined);
  const before = Date.parse('2026-02-01T00:00:00.000Z');
  // One that has something left that can't go just now stays, and keeps no other.
  assert.equal(await store.forgetBefore(before, async ({ plan }) => plan.replayId !== 'aaaaaaaaaaaa'), 1);
  assert.equal(await store.forgetBefore(before), 1);
  const left = (await openReplayStore(folder, seals, nobody)).list().map(({ plan }) => plan.replayId);
  assert.deepEqual(left.toSorted(), ['cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee']);
});

test('A folder that is none says so', async () => {
  const file = join(makeTempFolder('replays'), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'replays')])
    await assert.rejects(openReplayStore(path, seals, nobody), { code: 'store_unavailable' });
});
