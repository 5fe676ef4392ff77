import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { describeFinding } from './findings.ts';
import type { Finding } from './findings.ts';
import { checkpointsOf, entriesOf, entryOf, newSigningKey, signingKey, trail } from './trail.fixture.ts';
import { verifyTrail } from './verify-trail.ts';

const entries = entriesOf(700);
const sizes = [256, 512, 600, 700];
const checkpoints = checkpointsOf(entries, sizes);

function findingsOf(
  changed: { readonly entries?: readonly AuditEntry[]; readonly checkpoints?: readonly AuditCheckpoint[] },
  kept?: readonly AuditCheckpoint[],
): readonly Finding[] {
  const publicKeys = [signingKey.publicKey];
  const verified = verifyTrail({ entries, checkpoints, ...changed }, { publicKeys, name: trail, kept });
  assert.equal(verified.ok, verified.findings.length === 0);
  for (const finding of verified.findings) assert.match(describeFinding(finding), /\.$/);
  return verified.findings;
}

test('A trail as the notary wrote it has no findings, with and without kept checkpoints', () => {
  assert.deepEqual(findingsOf({}), []);
  assert.deepEqual(findingsOf({}, checkpoints), []);
  const publicKeys = [newSigningKey().publicKey, signingKey.publicKey];
  const {
    entries: count,
    covered,
    ...rest
  } = verifyTrail({ entries: [...entries, entryOf(700)], checkpoints }, { publicKeys });
  assert.deepEqual(
    { count, covered, ...rest },
    { ok: true, count: 701, checkpoints: 4, covered: 700, findings: [] },
  );
});

test('An empty trail has no findings', () => {
  assert.deepEqual(findingsOf({ entries: [], checkpoints: [] }), []);
});

test('An altered entry is found, and named by the checkpoints around it', () => {
  const altered = entries.with(300, entryOf(300, 'other'));
  const found = [{ kind: 'entries_altered', from: 256, to: 511 }];
  assert.deepEqual(findingsOf({ entries: altered }), found);
  assert.deepEqual(findingsOf({ entries: altered }, checkpoints), found);
});

test('Two altered places are named one by one', () => {
  const altered = entries.with(0, entryOf(0, 'other')).with(599, entryOf(599, 'other'));
  assert.deepEqual(findingsOf({ entries: altered }), [
    { kind: 'entries_altered', from: 0, to: 255 },
    { kind: 'entries_altered', from: 512, to: 599 },
  ]);
});

test('Two swapped entries are named, and found where their numbers were swapped back too', () => {
  const [one, other] = [entries[20], entries[40]] as [AuditEntry, AuditEntry];
  assert.deepEqual(findingsOf({ entries: entries.with(20, other).with(40, one) }), [
    { kind: 'entries_swapped', one: 20, other: 40 },
  ]);
  const renumbered = entries.with(20, { ...other, sequence: 20 }).with(40, { ...one, sequence: 40 });
  assert.deepEqual(findingsOf({ entries: renumbered }), [{ kind: 'entries_altered', from: 0, to: 255 }]);
});

test('An entry moved elsewhere is named', () => {
  const moved = entries.toSpliced(2, 0, ...entries.slice(4, 5)).toSpliced(5, 1);
  assert.deepEqual(
    findingsOf({ entries: moved }).map(({ kind }) => kind),
    ['entry_out_of_place', 'entry_out_of_place', 'entry_out_of_place'],
  );
});

test('Missing and repeated numbers are named', () => {
  assert.deepEqual(findingsOf({ entries: entries.toSpliced(100, 2) }), [
    { kind: 'number_missing', from: 100, to: 101 },
  ]);
  assert.deepEqual(findingsOf({ entries: entries.toSpliced(10, 0, entryOf(9, 'other')) }), [
    { kind: 'number_repeated', sequence: 9 },
  ]);
  assert.deepEqual(findingsOf({ entries: entries.slice(3) })[0], { kind: 'number_missing', from: 0, to: 2 });
});

test('A forged number does not ask for all memory', () => {
  const forged = [...entries, entryOf(Number.MAX_SAFE_INTEGER)];
  assert.deepEqual(findingsOf({ entries: forged }), [
    { kind: 'number_missing', from: 700, to: Number.MAX_SAFE_INTEGER - 1 },
    { kind: 'checkpoint_missing', from: 700, to: Number.MAX_SAFE_INTEGER },
  ]);
  // Not either as arguments of one call.
  const [missing] = findingsOf({ entries: [...entries, entryOf(900_000)] });
  assert.deepEqual(missing, { kind: 'number_missing', from: 700, to: 899_999 });
});

test('A cut tail is found by the checkpoint that still covers it, and by a kept one', () => {
  const cut = entries.slice(0, 650);
  assert.deepEqual(findingsOf({ entries: cut }), [{ kind: 'tail_cut', entries: 650, treeSize: 700 }]);
  const withoutIts = checkpoints.slice(0, 3);
  assert.deepEqual(findingsOf({ entries: cut, checkpoints: withoutIts }), []);
  assert.deepEqual(findingsOf({ entries: cut, checkpoints: withoutIts }, checkpoints), [
    { kind: 'checkpoint_replayed', treeSize: 600, newest: 700 },
    { kind: 'tail_cut', entries: 650, treeSize: 700 },
  ]);
});

test('A trail that was rewritten and signed anew is found by a kept checkpoint', () => {
  const other = entriesOf(700, 'other');
  const rewritten = { entries: other, checkpoints: checkpointsOf(other, sizes) };
  assert.deepEqual(findingsOf(rewritten), []);
  assert.deepEqual(findingsOf(rewritten, checkpoints.slice(1, 2)), [
    { kind: 'trail_rewritten', treeSize: 512 },
  ]);
  // Also where the one that was kept stands between those of the trail.
  assert.deepEqual(findingsOf(rewritten, checkpointsOf(entries, [300])), [
    { kind: 'trail_rewritten', treeSize: 300 },
  ]);
});

test('A trail that was rewritten by somebody without the key is found by its signatures', () => {
  const other = entriesOf(300, 'other');
  const { privateKey } = newSigningKey();
  assert.deepEqual(findingsOf({ entries: other, checkpoints: checkpointsOf(other, [256], { privateKey }) }), [
    { kind: 'signature_wrong', treeSize: 256 },
    { kind: 'checkpoint_missing', from: 0, to: 299 },
  ]);
});

test('An old checkpoint that poses as the newest is found by its place, and by a kept one', () => {
  assert.deepEqual(findingsOf({ checkpoints: [...checkpoints, checkpoints[1] as AuditCheckpoint] }), [
    { kind: 'checkpoint_replayed', treeSize: 512, newest: 700 },
  ]);
  assert.deepEqual(findingsOf({ checkpoints: checkpoints.slice(0, 3) }, checkpoints.slice(3)), [
    { kind: 'checkpoint_replayed', treeSize: 600, newest: 700 },
  ]);
});

test('Every field of a checkpoint is under its signature', () => {
  const last = checkpoints[3] as AuditCheckpoint;
  const first = checkpoints.slice(0, 3);
  const wrong = [{ kind: 'signature_wrong', treeSize: 700 }];
  for (const forged of [
    { ...last, at: '2027-01-02T03:04:05.000Z' },
    { ...last, trail: 'another' },
    { ...last, keyId: 'arn:other' },
    { ...last, rootHash: '0'.repeat(64) },
    { ...last, peaks: last.peaks.toReversed() },
    { ...last, signature: (checkpoints[2] as AuditCheckpoint).signature },
    { ...last, signature: 'AAAA' },
  ]) {
    assert.deepEqual(findingsOf({ checkpoints: [...first, forged] }), wrong);
  }
  assert.deepEqual(findingsOf({ checkpoints: [...first, { ...last, treeSize: 699 }] }), [
    { kind: 'signature_wrong', treeSize: 699 },
  ]);
});

test('A checkpoint of another trail is named, although the same key signed it', () => {
  const foreign = checkpointsOf(entries, [700], { trail: 'weir/other/audit' });
  assert.deepEqual(findingsOf({ checkpoints: [...checkpoints.slice(0, 3), ...foreign] }), [
    { kind: 'checkpoint_foreign', treeSize: 700, trail: 'weir/other/audit' },
  ]);
});

test('Checkpoints taken out so that entries stand under none are found', () => {
  assert.deepEqual(findingsOf({ checkpoints: checkpoints.toSpliced(1, 1) }), [
    { kind: 'checkpoint_missing', from: 256, to: 599 },
  ]);
  // Also where no more than 256 entries are left without: each size that is a multiple of it has one.
  assert.deepEqual(findingsOf({ entries: entries.slice(0, 512), checkpoints: checkpoints.slice(0, 1) }), [
    { kind: 'checkpoint_missing', from: 256, to: 511 },
  ]);
  assert.deepEqual(findingsOf({ entries: entries.slice(0, 511), checkpoints: checkpoints.slice(0, 1) }), []);
});

test('A file of entries under no checkpoint at all is not taken for a trail: anybody could have made it', () => {
  const unsigned = { entries: entries.slice(0, 200), checkpoints: [] };
  const trust = { publicKeys: [signingKey.publicKey], needsCheckpoint: true };
  assert.deepEqual(verifyTrail(unsigned, trust).findings, [{ kind: 'checkpoint_missing', from: 0, to: 199 }]);
  assert.equal(verifyTrail(unsigned, { ...trust, kept: checkpointsOf(entries, [100]) }).ok, true);
  assert.equal(verifyTrail({ entries: [], checkpoints: [] }, trust).ok, true);
  // A topic is sealed by the notary alone, and within its first minute there is none yet.
  assert.deepEqual(findingsOf(unsigned), []);
});

test('What is no part of a trail is named by its place', () => {
  const publicKeys = [signingKey.publicKey];
  const { findings } = verifyTrail({ entries, checkpoints, unreadable: ['offset 7'] }, { publicKeys });
  assert.deepEqual(findings, [{ kind: 'record_unreadable', place: 'offset 7' }]);
});
