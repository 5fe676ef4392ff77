import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyPair } from '../manifest.fixture.ts';
import { sampleCase } from './case.fixture.ts';
import { verifyCase } from './verify-case.ts';

const keys = { replay: [keyPair.publicKey], audit: undefined };
const sample = sampleCase();
const paths = [...sample.keys()];

const isClean = async (files: ReadonlyMap<string, Uint8Array>): Promise<boolean> =>
  (await verifyCase(files, keys)).findings.length === 0;

test('any bytes of any file that were changed, cut off or put in are found, and nothing throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.nat(),
      fc.nat(40),
      fc.uint8Array({ maxLength: 40 }),
      async (path, drawn, cut, put) => {
        const bytes = sample.get(path) ?? Buffer.alloc(0);
        const at = drawn % (bytes.byteLength + 1);
        const altered = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
        assert.equal(await isClean(new Map([...sample, [path, altered]])), altered.equals(bytes));
      },
    ),
    { numRuns: 300 },
  );
});

test('any two files that changed places are found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.constantFrom(...paths), async (one, other) => {
      const [first, second] = [sample.get(one), sample.get(other)];
      assert.ok(first !== undefined && second !== undefined);
      const swapped = new Map([...sample, [one, second], [other, first]]);
      assert.equal(await isClean(swapped), one === other);
    }),
  );
});
