import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { test } from 'node:test';
import { caseSignatureAnswer, caseSignedText, replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
import { createReplayWorld } from '../fixtures/replay-world.ts';
import type { ReplayWorld } from '../fixtures/replay-world.ts';

const range = { by: 'offsets', stretches: [{ partition: 0, from: 2, to: 9 }] };
const filter = { accounts: ['a1_AAECAwQFBgcICQoLDA0ODw'] };
const target = { kind: 'case', sealedTo: null };
const indexSha256 = '5e'.repeat(32);

async function plan(world: ReplayWorld, more: object = {}): Promise<ReplayAnswer> {
  const answer = await world.ask('cyd', '/v1/replays', { range, filter, target, ...more });
  assert.equal(answer.status, 201, answer.text);
  return replayAnswer.parse(answer.body);
}

const bundle = (world: ReplayWorld, { replayId }: ReplayAnswer, who = 'cyd', body?: object) =>
  world.ask(who, `/v1/replays/${replayId}/bundle`, body);

/** Has a plan approved by ben and run to its end. */
async function run(world: ReplayWorld, one: ReplayAnswer): Promise<void> {
  const { replayId, hash } = one;
  assert.equal((await world.ask('ben', `/v1/replays/${replayId}/approval`, { hash })).status, 200);
  assert.equal((await world.ask('cyd', `/v1/replays/${replayId}/run`, {})).status, 200);
  await waitFor(async () => (await world.ask('ben', `/v1/replays/${replayId}`)).body['state'] === 'done');
}

test('the bundle of a case that was run is signed, by name of who planned, approved and asked', async () => {
  const world = await createReplayWorld();
  const one = await plan(world);
  assert.equal(one.needsApproval, true);
  const refused = await world.ask('cyd', `/v1/replays/${one.replayId}/run`, {});
  assert.equal(refused.body['code'], 'replay_not_approved');
  assert.equal((await bundle(world, one)).body['ready'], false);
  assert.equal((await bundle(world, one, 'cyd', { indexSha256 })).body['code'], 'replay_unfinished');
  await run(world, one);
  assert.equal((await bundle(world, one)).body['ready'], true);
  const { claim, signature } = caseSignatureAnswer.parse(
    (await bundle(world, one, 'cyd', { indexSha256 })).body,
  );
  assert.deepEqual(
    [claim.planHash, claim.indexSha256, claim.plannedBy, claim.approvedBy, claim.exportedBy],
    [one.hash, indexSha256, 'cyd', 'ben', 'cyd'],
  );
  const der = Buffer.from(signature, 'base64');
  assert.ok(verify('sha256', caseSignedText(claim), world.publicKey, der));
  assert.ok(!verify('sha256', caseSignedText({ ...claim, exportedBy: 'eve' }), world.publicKey, der));
  assert.deepEqual(world.audited().slice(-2), [
    'cyd case_exported replay000001 begun',
    'cyd case_exported replay000001 done',
  ]);
});

test('nothing is signed that the trail can not be told, and nothing for who may not export', async () => {
  const world = await createReplayWorld();
  const one = await plan(world);
  await run(world, one);
  for (const who of ['ana', 'ben']) {
    assert.equal((await bundle(world, one, who)).status, 403);
    assert.equal((await bundle(world, one, who, { indexSha256 })).status, 403);
  }
  const before = world.audited().length;
  world.audit.isAway = true;
  const away = await bundle(world, one, 'cyd', { indexSha256 });
  assert.deepEqual([away.status, 'signature' in away.body], [503, false]);
  world.audit.isAway = false;
  assert.equal(world.audited().filter((entry) => entry.includes('case_exported')).length, 0);
  assert.equal(world.audited().length, before);
});

test('there is no bundle of another target, of several accounts, or of a part of what an account did', async () => {
  const world = await createReplayWorld();
  const others = [
    await plan(world, { target: { kind: 'compare' } }),
    await plan(world, { filter: { accounts: [...filter.accounts, 'a1_AAECAwQFBgcICQoLDA0OEA'] } }),
    await plan(world, { filter: { ...filter, outcomes: ['cleared'] } }),
  ];
  for (const one of others) {
    assert.equal((await bundle(world, one)).body['code'], 'target_unfit');
    assert.equal((await bundle(world, one, 'cyd', { indexSha256 })).body['code'], 'target_unfit');
  }
  assert.equal((await world.ask('cyd', '/v1/replays/aaaaaaaaaaaa/bundle')).body['code'], 'replay_unknown');
});
