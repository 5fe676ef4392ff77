import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProven, proveEntries, proveEntry, readProof } from './prove-entry.ts';
import type { EntryProof } from './prove-entry.ts';
import { leafOfEntry } from './verify-trail.ts';
import { checkpointsOf, entriesOf, entryOf, newSigningKey, signingKey } from './trail.fixture.ts';

const entries = entriesOf(20);
const checkpoints = checkpointsOf(entries, [7, 18]);
const publicKeys = [signingKey.publicKey];

function proofOf(sequence: number, sinceSize?: number): EntryProof {
  const proven = proveEntry({ entries, checkpoints }, sequence, sinceSize);
  assert.ok(proven.ok);
  const read = readProof(JSON.stringify({ proof: proven.proof }));
  assert.ok(read !== undefined);
  return read;
}

test('Each covered entry is proven by its path, the checkpoint and the public key alone', () => {
  for (let sequence = 0; sequence < 18; sequence += 1) assert.ok(isProven(proofOf(sequence), publicKeys));
});

test('A proof of another entry, another place or another key does not hold', () => {
  const proof = proofOf(3);
  assert.equal(isProven({ ...proof, entry: entryOf(3, 'other') }, publicKeys), false);
  assert.equal(isProven({ ...proof, entry: entryOf(4) }, publicKeys), false);
  assert.equal(isProven(proof, [newSigningKey().publicKey]), false);
  const [old] = checkpoints;
  assert.ok(old !== undefined);
  assert.equal(isProven({ ...proof, checkpoint: old }, publicKeys), false);
});

test('That the trail goes on from an earlier checkpoint is proven with it', () => {
  const proof = proofOf(12, 7);
  assert.ok(isProven(proof, publicKeys));
  const [rewritten] = checkpointsOf(entriesOf(20, 'other'), [7]);
  assert.ok(rewritten !== undefined && proof.since !== undefined);
  assert.equal(isProven({ ...proof, since: { ...proof.since, checkpoint: rewritten } }, publicKeys), false);
});

test('What can not be proven says why', () => {
  const failureOf = (...asked: Parameters<typeof proveEntry>) => {
    const proven = proveEntry(...asked);
    return proven.ok ? undefined : proven.failure;
  };
  assert.equal(failureOf({ entries, checkpoints }, 20), 'entry_unknown');
  assert.equal(failureOf({ entries, checkpoints }, 18), 'not_covered');
  assert.equal(failureOf({ entries: entries.toSpliced(5, 1), checkpoints }, 3), 'trail_incomplete');
  assert.equal(failureOf({ entries, checkpoints }, 3, 8), 'checkpoint_unknown');
  assert.equal(readProof('{"proof":{}}'), undefined);
});

test('Many entries are proven as each of them alone is, of a long trail too', () => {
  const long = entriesOf(700);
  const trail = { entries: long, checkpoints: checkpointsOf(long, [513, 690]) };
  const asked = new Set([0, 63, 64, 511, 512, 513, 689, 695]);
  const held = long.map((entry) => (asked.has(entry.sequence) ? entry : leafOfEntry(entry)));
  const proven = proveEntries({ ...trail, entries: held });
  assert.ok(proven.ok);
  assert.deepEqual(
    proven.proofs.map(({ entry }) => entry.sequence),
    [0, 63, 64, 511, 512, 513, 689],
  );
  for (const proof of proven.proofs) {
    assert.ok(isProven(proof, publicKeys));
    assert.deepEqual(proveEntry(trail, proof.entry.sequence), { ok: true, proof });
  }
  assert.deepEqual(proveEntries({ ...trail, checkpoints: [] }), { ok: false, failure: 'not_covered' });
  const gap = proveEntries({ ...trail, entries: long.toSpliced(5, 1) });
  assert.deepEqual(gap, { ok: false, failure: 'trail_incomplete' });
});
