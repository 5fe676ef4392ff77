import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AuditCheckpoint } from '@weir/contracts';
import { createCheckpointStore } from './checkpoint-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-checkpoints-'));
after(() => rmSync(folder, { recursive: true }));
const store = createCheckpointStore(folder);

const checkpointOf = (treeSize: number, root = 'a'): AuditCheckpoint => ({
  trail: 'weir/test/audit',
  treeSize,
  rootHash: root.repeat(64),
  peaks: [root.repeat(64)],
  at: '2026-01-02T03:04:05.000Z',
  keyId: 'arn:key',
  algorithm: 'ECDSA_SHA_256',
  signature: 'AAAA',
});

test('A checkpoint that was kept is found again, by its size and above another', async () => {
  await store.write(checkpointOf(256));
  await store.write(checkpointOf(300));
  assert.deepEqual(await store.read(256), checkpointOf(256));
  assert.equal(await store.read(257), undefined);
  assert.deepEqual(await store.sizesAbove(0), [256, 300]);
  assert.deepEqual(await store.sizesAbove(256), [300]);
  await store.ensureRoom();
});

test('What was kept is never changed', async () => {
  const path = join(folder, '0000000000000256.json');
  const text = readFileSync(path, 'utf8');
  await store.write(checkpointOf(256, 'b'));
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.deepEqual(await store.read(256), checkpointOf(256));
});

test('One that a crash left half written stays, and the whole one stands beside it', async () => {
  writeFileSync(join(folder, '0000000000000512.json'), '{"trail":"we');
  assert.equal(await store.read(512), undefined);
  assert.deepEqual(await store.sizesAbove(300), []);
  await store.write(checkpointOf(512));
  assert.deepEqual(await store.read(512), checkpointOf(512));
  assert.ok(readdirSync(folder).includes('0000000000000512-2.json'));
});

test('A folder that is gone is waited for', async () => {
  const gone = createCheckpointStore(join(folder, 'gone'));
  const away = { code: 'audit_unavailable', message: /ENOENT/ };
  await assert.rejects(gone.ensureRoom(), away);
  await assert.rejects(gone.write(checkpointOf(1)), away);
  await assert.rejects(gone.sizesAbove(0), away);
});
