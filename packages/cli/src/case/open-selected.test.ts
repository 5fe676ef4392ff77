import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { casePaths } from '@weir/replays';
import { accountOf } from '../../../replays/src/judged.fixture.ts';
import { keyPair } from '../../../replays/src/manifest.fixture.ts';
import { sampleCase, samplePlanned } from '../../../replays/src/case/case.fixture.ts';
import { collectTransactions } from './collect-transactions.ts';
import { createReceivedLog } from './received-log.fixture.ts';
import { requireManifest } from './require-manifest.ts';

const { signal } = new AbortController();

test('a record is opened only where it is the one that the manifest names, of that account', async () => {
  const account = accountOf(1);
  const { ops, place, opened } = await createReceivedLog(account);
  for (const [places, whose] of [
    [[{ ...place, sha256: '00'.repeat(32) }], account],
    [[place], accountOf(2)],
  ] as const)
    await assert.rejects(collectTransactions(ops, places, whose, signal), {
      exitCode: 1,
      message: /another record than the replay has read/,
    });
  assert.deepEqual(opened, []);
  const [line] = await collectTransactions(ops, [place], account, signal);
  assert.deepEqual([line?.kind, line?.sha256, opened], ['unreadable', place.sha256, ['received']]);
});

test('a manifest says what is opened only where replay signed it, for what was approved', async () => {
  const manifest = sampleCase().get(casePaths.manifest) ?? Buffer.alloc(0);
  const planned = samplePlanned();
  const keys = [keyPair.publicKey];
  assert.equal((await requireManifest(manifest, keys, planned)).length, 8);
  const { replay } = planned;
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const altered = Buffer.from(manifest.toString().replace('"root":"', '"root":"0'));
  for (const [bytes, by, of] of [
    [manifest, [stranger], planned],
    [altered, keys, planned],
    [Buffer.alloc(0), keys, planned],
    [manifest, keys, { ...planned, account: accountOf(2) }],
    [manifest, keys, { ...planned, sealedTo: `age1${'q'.repeat(58)}` }],
    [manifest, keys, { ...planned, replay: { ...replay, hash: '00'.repeat(32) } }],
    [manifest, keys, { ...planned, replay: { ...replay, approvedBy: 'somebody-else' } }],
    [manifest, keys, { ...planned, replay: { ...replay, plan: { ...replay.plan, plannedBy: 'eve' } } }],
  ] as const)
    await assert.rejects(requireManifest(bytes, by, of), { exitCode: 1, message: /nothing was opened/ });
});
