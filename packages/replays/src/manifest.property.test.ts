import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileOf, inChunks, keyPair, sampleLeaves, sampleTopics, signedLines } from './manifest.fixture.ts';
import { createManifestWriter, manifestPosition } from './manifest-writer.ts';
import { storedDigest } from './manifest.ts';
import { verifyManifest } from './verify-manifest.ts';

const isClean = async (file: Buffer, chunkBytes = 4_096): Promise<boolean> =>
  (await verifyManifest(inChunks(file, chunkBytes), [keyPair.publicKey])).findings.length === 0;

const manifests = fc
  .tuple(fc.nat(20), fc.nat(20))
  .map(([count, inFirst]) => signedLines(sampleLeaves(count, inFirst)));

test('a manifest is verified however its bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, fc.integer({ min: 1, max: 400 }), async (lines, chunkBytes) => {
      assert.ok(await isClean(fileOf(lines), chunkBytes));
    }),
  );
});

test('any byte that was changed is found', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, fc.nat(), fc.integer({ min: 1, max: 255 }), async (lines, drawn, change) => {
      const file = fileOf(lines);
      const at = drawn % file.byteLength;
      file[at] = (file[at] ?? 0) ^ change;
      assert.equal(await isClean(file), false);
    }),
    { numRuns: 500 },
  );
});

test('any line that was dropped, doubled or put elsewhere is found', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, fc.nat(), fc.nat(), async (lines, drawn, other) => {
      const [at, to] = [drawn % lines.length, other % lines.length];
      const line = lines[at] ?? '';
      assert.equal(await isClean(fileOf(lines.toSpliced(at, 1))), false, 'dropped');
      assert.equal(await isClean(fileOf(lines.toSpliced(to, 0, line))), false, 'doubled');
      if (at === to) return;
      assert.equal(await isClean(fileOf(lines.toSpliced(at, 1).toSpliced(to, 0, line))), false, 'moved');
      assert.equal(await isClean(fileOf(lines.with(at, lines[to] ?? '').with(to, line))), false, 'swapped');
    }),
  );
});

test('a file that was cut anywhere is found', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, fc.nat(), async (lines, drawn) => {
      const file = fileOf(lines);
      assert.equal(await isClean(file.subarray(0, drawn % file.byteLength)), false);
    }),
  );
});

test('a writer that goes on from where another stopped writes the same lines and the same root', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), (one, other) => {
      const [stop, count] = [Math.min(one, other), Math.max(one, other)];
      const leaves = sampleLeaves(count);
      const undisturbed = createManifestWriter(sampleTopics);
      const expected = leaves.map(undisturbed.add);
      const before = createManifestWriter(sampleTopics);
      const lines = leaves.slice(0, stop).map(before.add);
      const kept: unknown = JSON.parse(JSON.stringify(before.position()));
      const after = createManifestWriter(sampleTopics, manifestPosition.parse(kept));
      lines.push(...leaves.slice(stop).map(after.add));
      assert.deepEqual(lines, expected);
      assert.equal(after.root(), undisturbed.root());
      assert.deepEqual(after.position(), undisturbed.position());
    }),
  );
});

const stored = fc.option(fc.uint8Array({ maxLength: 3_000 }));

test('the digest of a record is that of key and value, each behind its length', () => {
  fc.assert(
    fc.property(stored, stored, (key, value) => {
      const fed = createHash('sha256');
      for (const part of [key, value]) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(part?.byteLength ?? 0xff_ff_ff_ff);
        fed.update(length).update(part ?? Buffer.alloc(0));
      }
      assert.ok(storedDigest({ key, value }).equals(fed.digest()));
    }),
  );
});
