import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { exportedIban, exportingEngine } from '../fixtures/exporting-engine.ts';
import { createReplayWorld } from '../fixtures/replay-world.ts';
import type { Answer, ReplayWorld } from '../fixtures/replay-world.ts';

const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };

async function exportingWorld(records: number) {
  const folder = makeTempFolder('replays');
  const world = await createReplayWorld({ folder, engine: exportingEngine(folder, records) });
  const target = { kind: 'export', format: 'ndjson' };
  const made = await world.ask('ana', '/v1/replays', { range, target });
  const one = replayAnswer.parse(made.body);
  return { ...world, one, path: `/v1/replays/${one.replayId}/export` };
}

/** Has it approved and run, and waits for its end. */
async function runIt(world: ReplayWorld, { replayId, hash }: ReplayAnswer): Promise<void> {
  await world.ask('ben', `/v1/replays/${replayId}/approval`, { hash });
  assert.equal((await world.ask('ana', `/v1/replays/${replayId}/run`, {})).status, 200);
  await waitFor(() => world.store.find(replayId)?.lifecycle.state === 'done', { what: 'an end' });
}

const codeOf = ({ status, body }: Answer): unknown => [status, body['code']];

test('what was exported is handed out whole, to who may, once the trail says so', async () => {
  const world = await exportingWorld(900);
  const { one, path } = world;
  assert.deepEqual(codeOf(await world.ask('cyd', path)), [409, 'replay_unfinished']);
  assert.deepEqual(codeOf(await world.ask('ana', `/v1/replays/${one.replayId}/run`, {})), [
    409,
    'replay_not_approved',
  ]);
  await runIt(world, one);
  assert.deepEqual(codeOf(await world.ask('ben', path)), [403, 'scope_missing']);

  const answer = await world.ask('cyd', path);
  assert.equal(answer.status, 200);
  const offsets = answer.text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { offset: number }).offset);
  assert.deepEqual(
    offsets,
    Array.from({ length: 900 }, (_none, index) => index),
  );
  assert.ok(world.audited().includes(`cyd evidence_opened ${one.replayId} done`));
  for (const name of readdirSync(join(world.folder, one.replayId)))
    assert.ok(!readFileSync(join(world.folder, one.replayId, name)).includes(exportedIban), name);
});

test('what the trail can not say is not opened', async () => {
  const world = await exportingWorld(3);
  await runIt(world, world.one);
  world.audit.isAway = true;
  const answer = await world.ask('cyd', world.path);
  assert.equal(answer.status, 503);
  assert.doesNotMatch(answer.text, /NL91/);
});

test('what was put in the place of an export is not handed out', async () => {
  const world = await exportingWorld(3);
  await runIt(world, world.one);
  const path = join(world.folder, world.one.replayId, 'export.sealed');
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(path, bytes);
  assert.deepEqual(codeOf(await world.ask('cyd', world.path)), [507, 'disk_unavailable']);
});

test('a replay that exports nothing, and one that found nothing, have no export', async () => {
  const world = await exportingWorld(0);
  await runIt(world, world.one);
  assert.deepEqual(codeOf(await world.ask('cyd', world.path)), [409, 'export_absent']);
  const compared = replayAnswer.parse((await world.ask('ana', '/v1/replays', { range })).body);
  assert.deepEqual(codeOf(await world.ask('cyd', `/v1/replays/${compared.replayId}/export`)), [
    409,
    'export_absent',
  ]);
  assert.deepEqual(codeOf(await world.ask('cyd', '/v1/replays/aaaaaaaaaaaa/export')), [
    404,
    'replay_unknown',
  ]);
});

test('the report says what was handed over, and compares nothing', async () => {
  const world = await exportingWorld(5);
  await runIt(world, world.one);
  const { replayId } = world.one;
  const { body } = await world.ask('ben', `/v1/replays/${replayId}/report`);
  assert.deepEqual([body['handedOver'], body['comparison']], [5, undefined]);
  const page = await world.ask('ben', `/v1/replays/${replayId}/report.html`);
  assert.match(page.text, /5 records were handed over/);
  const { ending } = replayAnswer.parse((await world.ask('ben', `/v1/replays/${replayId}`)).body);
  assert.deepEqual([ending?.records, ending?.handedOver], [7, 5]);
});
