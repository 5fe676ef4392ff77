import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeHeader, magic, parseEnvelope, suite1 } from './envelope-format.ts';
import { contextWith, createPair, kekArn } from './key-provider.fixture.ts';
import { contextFields, encodeAad } from './seal-context.ts';
import type { SealContext } from './seal-context.ts';

// Grapheme strings are well-formed and reach beyond ASCII; binary ones hold control characters.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const context: fc.Arbitrary<SealContext> = fc.record({
  tenant: text,
  environment: fc.constant('test'),
  stream: fc.constant('transactions.received'),
  key: text,
  id: text,
  type: text,
  dataSchema: text,
  time: text,
});
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const header = fc
  .record({
    dekId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    kekRef: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    wrapped: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  })
  .map((parts) => ({ parts, encoded: encodeHeader(parts) }));

test('what is sealed opens to the same bytes, and only under the same context', async () => {
  const { sealer, opener } = createPair();
  await fc.assert(
    fc.asyncProperty(bytes(2_000), context, context, async (plaintext, own, other) => {
      const [sealed = null] = await sealer.seal([{ plaintext, context: own }]);
      const [outcome] = await opener.open([{ sealed, context: own }]);
      assert.deepEqual(outcome, { ok: true, plaintext: Buffer.from(plaintext) });
      const [moved] = await opener.open([{ sealed, context: other }]);
      const same = contextFields.every((field) => own[field] === other[field]);
      assert.equal(moved?.ok, same);
    }),
  );
});

test('any one bit of a record flipped is refused', async () => {
  const { sealer, opener } = createPair();
  await fc.assert(
    fc.asyncProperty(bytes(64), fc.nat(), async (plaintext, at) => {
      const [sealed = Buffer.of()] = await sealer.seal([{ plaintext, context: contextWith() }]);
      const bit = at % (sealed.length * 8);
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const [outcome] = await opener.open([{ sealed: flipped, context: contextWith() }]);
      assert.equal(outcome?.ok, false);
    }),
    { numRuns: 2_000 },
  );
});

test('every bit of one record flipped in turn is refused', async () => {
  const { sealer, opener } = createPair();
  const [sealed = Buffer.of()] = await sealer.seal([
    { plaintext: Buffer.of(1, 2, 3), context: contextWith() },
  ]);
  const flips = Array.from({ length: sealed.length * 8 }, (_, bit) => {
    const flipped = Buffer.from(sealed);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return { sealed: flipped, context: contextWith() };
  });
  const outcomes = await opener.open(flips);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 0);
});

test('any one field of the context changed is refused', async () => {
  const { sealer, opener } = createPair();
  await fc.assert(
    fc.asyncProperty(context, fc.constantFrom(...contextFields), fc.string(), async (own, field, value) => {
      fc.pre(own[field] !== value);
      const [sealed = null] = await sealer.seal([{ plaintext: Buffer.of(1), context: own }]);
      const [outcome] = await opener.open([{ sealed, context: { ...own, [field]: value } }]);
      assert.equal(outcome?.ok, false);
    }),
    { numRuns: 500 },
  );
});

test('the border between two fields of the context moved is refused', async () => {
  const { sealer, opener } = createPair();
  const own = contextWith({ key: 'ab', id: 'c' });
  const [sealed = null] = await sealer.seal([{ plaintext: Buffer.of(1), context: own }]);
  const [outcome] = await opener.open([{ sealed, context: { ...own, key: 'a', id: 'bc' } }]);
  assert.deepEqual(outcome, { ok: false, reason: 'authentication_failed' });
});

/** Reads an AAD back, which is what makes it injective: nothing that went in is lost. */
function decodeAad(aad: Buffer): { header: string; fields: string[] } | string {
  const kekRefEnd = 54 + (aad[53] ?? 0);
  const headerEnd = kekRefEnd + 2 + aad.readUInt16BE(kekRefEnd);
  const fields: string[] = [];
  let at = headerEnd;
  while (at < aad.length) {
    const end = at + 4 + aad.readUInt32BE(at);
    fields.push(aad.subarray(at + 4, end).toString());
    at = end;
  }
  return at === aad.length ? { header: aad.toString('hex', 0, headerEnd), fields } : 'lengths do not add up';
}

test('the AAD is injective: header and context can be read back from it', () => {
  fc.assert(
    fc.property(header, fc.record(Object.fromEntries(contextFields.map((f) => [f, text]))), (head, own) => {
      const decoded = decodeAad(encodeAad(head.encoded, own as SealContext));
      assert.deepEqual(decoded, {
        header: head.encoded.toString('hex'),
        fields: contextFields.map((field) => own[field]),
      });
    }),
  );
});

test('a header parses to the parts it was made of', () => {
  fc.assert(
    fc.property(header, bytes(50), ({ parts, encoded }, ciphertext) => {
      const parsed = parseEnvelope(
        Buffer.concat([encoded, Buffer.alloc(12, 1), ciphertext, Buffer.alloc(16, 2)]),
      );
      assert.ok(parsed.ok);
      const { envelope } = parsed;
      assert.deepEqual(
        {
          ...envelope,
          dekId: Uint8Array.from(envelope.dekId),
          commitment: Uint8Array.from(envelope.commitment),
          wrapped: Uint8Array.from(envelope.wrapped),
          ciphertext: Uint8Array.from(envelope.ciphertext),
        },
        { header: encoded, ...parts, nonce: Buffer.alloc(12, 1), ciphertext, tag: Buffer.alloc(16, 2) },
      );
    }),
  );
});

test('arbitrary bytes, with or without an envelope’s beginning, neither throw nor open', async () => {
  const { opener } = createPair();
  const kekRef = Buffer.from(kekArn);
  const beginnings = [
    Buffer.of(),
    magic,
    Buffer.concat([magic, Buffer.of(suite1)]),
    Buffer.concat([magic, Buffer.of(suite1), Buffer.alloc(48), Buffer.of(kekRef.length), kekRef]),
    Buffer.concat([
      magic,
      Buffer.of(suite1),
      Buffer.alloc(48),
      Buffer.of(kekRef.length),
      kekRef,
      Buffer.of(0, 9),
    ]),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...beginnings), bytes(400), fc.string(), async (beginning, rest, id) => {
      const sealed = Buffer.concat([beginning, rest]);
      const [outcome] = await opener.open([{ sealed, context: contextWith({ id }) }]);
      assert.equal(outcome?.ok, false);
    }),
    { numRuns: 3_000 },
  );
});

test('a kekRef that is not UTF-8 is malformed, and a byte order mark is not dropped from one', () => {
  const rest = Buffer.concat([Buffer.of(0, 1, 9), Buffer.alloc(28)]);
  const start = Buffer.concat([magic, Buffer.of(suite1), Buffer.alloc(48)]);
  const broken = parseEnvelope(Buffer.concat([start, Buffer.of(2, 0xc3, 0x28), rest]));
  assert.deepEqual(broken, { ok: false, reason: 'malformed_envelope' });
  const marked = parseEnvelope(Buffer.concat([start, Buffer.of(4, 0xef, 0xbb, 0xbf, 0x6b), rest]));
  assert.equal(marked.ok && marked.envelope.kekRef, '\ufeffk');
});
