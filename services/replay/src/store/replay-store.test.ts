import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { keptReplay } from '../fixtures/kept-replay.ts';
import { openReplayStore } from './replay-store.ts';

const nobody = (replayId: string): void => assert.fail(`${replayId} is readable`);

test('What is kept is there again after a restart, for its owner alone', async () => {
  const folder = join(makeTempFolder('replays'), 'replays');
  const store = await openReplayStore(folder, nobody);
  const one = keptReplay('aaaaaaaaaaaa');
  await store.add(one, 'rules: []');
  const approval = { hash: one.lifecycle.planHash, by: 'ben', at: one.plan.plannedAt };
  const approved = { ...one.lifecycle, state: 'approved' as const };
  await store.save('aaaaaaaaaaaa', { lifecycle: approved, approval });
  const again = await openReplayStore(folder, nobody);
  assert.deepEqual(again.find('aaaaaaaaaaaa'), { ...one, lifecycle: approved, approval });
  assert.equal(await again.rulesetOf('aaaaaaaaaaaa'), 'rules: []');
  assert.equal(statSync(join(folder, 'aaaaaaaaaaaa')).mode & 0o777, 0o700);
  for (const name of readdirSync(join(folder, 'aaaaaaaaaaaa')))
    assert.equal(statSync(join(folder, 'aaaaaaaaaaaa', name)).mode & 0o777, 0o600, name);
});

test('A plan that was altered on the disk is none any more', async () => {
  const folder = makeTempFolder('replays');
  const store = await openReplayStore(folder, nobody);
  const one = keptReplay('aaaaaaaaaaaa');
  await store.add(one, undefined);
  assert.deepEqual(await store.planOnDisk('aaaaaaaaaaaa'), one.plan);
  const path = join(folder, 'aaaaaaaaaaaa', 'plan.json');
  const text = readFileSync(path, 'utf8');
  for (const altered of [text.replace('"to":9', '"to":10'), text.slice(0, 50), '{}']) {
    assert.notEqual(altered, text);
    writeFileSync(path, altered);
    assert.equal(await store.planOnDisk('aaaaaaaaaaaa'), undefined);
  }
  writeFileSync(path, text);
  assert.deepEqual(await store.planOnDisk('aaaaaaaaaaaa'), one.plan);
});

test('A replay that was half made is gone at the next start, and one that is unreadable stays where it is', async () => {
  const folder = makeTempFolder('replays');
  mkdirSync(join(folder, '.cccccccccccc'));
  mkdirSync(join(folder, 'bbbbbbbbbbbb'));
  writeFileSync(join(folder, 'bbbbbbbbbbbb', 'plan.json'), '{');
  mkdirSync(join(folder, 'lost+found'));
  const unreadable: string[] = [];
  const store = await openReplayStore(folder, (replayId) => unreadable.push(replayId));
  assert.deepEqual(unreadable, ['bbbbbbbbbbbb']);
  assert.deepEqual(store.list(), []);
  assert.deepEqual(readdirSync(folder).toSorted(), ['bbbbbbbbbbbb', 'lost+found']);
});

test('What has ended or was never run goes after its time, and what runs or is paused does not', async () => {
  const folder = makeTempFolder('replays');
  const store = await openReplayStore(folder, nobody);
  const old = '2026-01-01T00:00:00.000Z';
  for (const [replayId, state] of [
    ['aaaaaaaaaaaa', 'done'],
    ['bbbbbbbbbbbb', 'planned'],
    ['cccccccccccc', 'running'],
    ['dddddddddddd', 'paused'],
  ] as const)
    await store.add(keptReplay(replayId, { state, changedAt: old }), undefined);
  await store.add(keptReplay('eeeeeeeeeeee', { changedAt: '2026-03-01T00:00:00.000Z' }), undefined);
  assert.equal(await store.forgetBefore(Date.parse('2026-02-01T00:00:00.000Z')), 2);
  const left = (await openReplayStore(folder, nobody)).list().map(({ plan }) => plan.replayId);
  assert.deepEqual(left.toSorted(), ['cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee']);
});

test('A folder that is none says so', async () => {
  const file = join(makeTempFolder('replays'), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'replays')])
    await assert.rejects(openReplayStore(path, nobody), { code: 'store_unavailable' });
});
