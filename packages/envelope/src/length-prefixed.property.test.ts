import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lengthPrefixed } from './length-prefixed.ts';

/** ASCII and not, on both sides of the length from which fields are written one by one. */
const field = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary-ascii', minLength: 120, maxLength: 300 }),
);

test('each field stands behind its length in bytes, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 9 }), fc.uint8Array({ maxLength: 20 }), (fields, prefix) => {
      const parts = fields.flatMap((text) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(Buffer.byteLength(text));
        return [length, Buffer.from(text)];
      });
      assert.deepEqual(lengthPrefixed(fields, prefix), Buffer.concat([prefix, ...parts]));
    }),
    { numRuns: 2_000 },
  );
});
