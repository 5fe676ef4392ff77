import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPublicKeys } from '@weir/audit';
import {
  claimOf,
  fileOf,
  inChunks,
  keyPair,
  sampleLeaves,
  sampleTopics,
  signedLines,
} from './manifest.fixture.ts';
import { createManifestWriter } from './manifest-writer.ts';
import { headerLine, manifestLeafHash, manifestSignedText, storedDigest } from './manifest.ts';
import { samplePlan } from './plan.fixture.ts';
import { planHash } from './plan.ts';
import { verifyManifest } from './verify-manifest.ts';

/** A manifest as it was once written, with the key it was signed by: other programs may have kept one. */
const keptKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGWAhZlCqJNfKT8duKvQ+XlM1jWUP
5yazHdaxgFLVnW4NRiPr9T80+D3+gwxbqknjQ2C7JGB/PimJUK/43cIyqQ==
-----END PUBLIC KEY-----
`;
const keptRoot = '629a859c953266e9852d41ae3300cd80a0476e74f6f36a2f2dea73cf05772478';
const keptClaim = `{"records":3,"root":"${keptRoot}","startedAt":"2026-03-03T09:31:00.000Z","endedAt":"2026-03-03T09:32:00.000Z","versions":[{"versions":{"ruleset":"starter@2","windowPlan":"starter-windows@1"},"records":3}],"reportSha256":null,"plannedBy":"local-analyst","approvedBy":"local-approver","keyId":"arn:aws:kms:local:000000000000:key/replay-signing","algorithm":"ECDSA_SHA_256"`;
const keptLines = [
  '{"format":1,"planHash":"3655018911b505d1f3db2fa7a84a4e4d0dfef21ab0b3a2584ef4699574132f83","plan":{"format":1,"replayId":"abcdefghijk0","environment":"local","logId":"0b8e7a6c-1f53-4c1e-9d0a-6d6f2a9f3b11","stream":"received","range":{"by":"logTime","from":"2026-03-01T00:00:00.000Z","to":"2026-03-02T00:00:00.000Z"},"stretches":[{"partition":0,"warmFrom":0,"from":10,"to":1000},{"partition":3,"warmFrom":5,"from":5,"to":2000000}],"filter":{},"versions":{"kind":"then"},"target":{"kind":"compare"},"recordsPerSecond":2000,"windowBytes":268435456,"plannedBy":"local-analyst","plannedAt":"2026-03-03T09:30:00.000Z"},"topics":["transactions.received.v1"]}',
  '[0,0,10,1772000000000,"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]',
  '[0,0,12,1772000000001,"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"]',
  '[0,3,14,1772000000002,"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"]',
  `${keptClaim},"signature":"MEYCIQCjqAM39X/5PuwtO+RcJS0KhG5inOHMDkK4J91hTcymyQIhALn1NYfxGv/aqJL09S6D5OsgUQOdVnEMO9izcTHiy9o4"}`,
];

test('a manifest is written byte for byte as it always was', () => {
  assert.equal(headerLine(samplePlan, sampleTopics), keptLines[0]);
  const writer = createManifestWriter(sampleTopics);
  assert.deepEqual(sampleLeaves(3).map(writer.add), keptLines.slice(1, 4));
  assert.equal(writer.root(), keptRoot);
  const header = { planHash: planHash(samplePlan), topics: sampleTopics };
  const text = manifestSignedText(header, claimOf({ records: 3, root: keptRoot }));
  assert.equal(
    text.toString(),
    `weir replay manifest v1\n{"planHash":"3655018911b505d1f3db2fa7a84a4e4d0dfef21ab0b3a2584ef4699574132f83","topics":["transactions.received.v1"],${keptClaim.slice(1)}}\n`,
  );
});

test('a manifest that was kept is verified by its key alone', async () => {
  const kept = await verifyManifest(inChunks(fileOf(keptLines)), readPublicKeys(keptKey));
  assert.deepEqual(kept.findings, []);
  assert.equal(kept.records, 3);
  assert.equal(kept.root, keptRoot);
  assert.deepEqual(kept.header?.plan, samplePlan);
  assert.equal(kept.end?.approvedBy, 'local-approver');
});

test('a leaf is the hash of what names the record, and of its stored bytes', () => {
  const [leaf] = sampleLeaves(1);
  assert.ok(leaf);
  assert.equal(
    manifestLeafHash(leaf).toString('hex'),
    '67e824d5afefd093a2579eb9dd28d37380365e7dde1a669783ee6e3da1e6dc50',
  );
  assert.equal(
    storedDigest({ key: Buffer.from('account'), value: Buffer.from('sealed') }).toString('hex'),
    '09bef31e245a57e321b2143714b327851284e98fe0aed4dfa5985cb3be6c1340',
  );
  assert.equal(
    storedDigest({ key: null, value: Buffer.alloc(0) }).toString('hex'),
    '72a4fa3544e43a836ffcb268ce06ccdbc55d44d5e6b1b1c19216a53ea98301fd',
  );
});

test('the writer refuses records out of order, twice, or of a topic the header does not name', () => {
  const [first, second] = sampleLeaves(2);
  assert.ok(first && second);
  const writer = createManifestWriter(sampleTopics);
  writer.add(second);
  assert.throws(() => writer.add(second), RangeError);
  assert.throws(() => writer.add(first), RangeError);
  assert.throws(() => writer.add({ ...second, offset: 99, topic: 'audit.v1' }), RangeError);
  assert.equal(writer.records(), 1);
});

test('a manifest of no records at all is one all the same', async () => {
  const lines = signedLines([]);
  assert.equal(lines.length, 2);
  const { findings, root } = await verifyManifest(inChunks(fileOf(lines)), [keyPair.publicKey]);
  assert.deepEqual(findings, []);
  assert.equal(root, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
