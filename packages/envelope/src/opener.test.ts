import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createDekCache } from './dek-cache.ts';
import { deriveKeys } from './derive-keys.ts';
import { encodeHeader, parseEnvelope } from './envelope-format.ts';
import type { Envelope } from './envelope-format.ts';
import { contextWith, createManualClock, createMemoryKms, createPair } from './key-provider.fixture.ts';
import { kekArn, openerOver, otherKekArn, sealOne, sealerOver } from './key-provider.fixture.ts';
import { dekEncryptionContext } from './key-provider.ts';
import { createOpener, createOpenerOver, dekCacheKey } from './opener.ts';
import type { OpenOutcome, Opener } from './opener.ts';
import type { SealContext } from './seal-context.ts';
import { sealWith } from './seal-record.ts';

async function openOne(opener: Opener, sealed: Uint8Array | null, context = contextWith()): Promise<string> {
  const [outcome] = await opener.open([{ sealed, context }]);
  return outcome === undefined ? 'no outcome' : describe(outcome);
}

function describe(outcome: OpenOutcome): string {
  return outcome.ok ? outcome.plaintext.toString() : outcome.reason;
}

function envelopeOf(sealed: Uint8Array): Envelope {
  const parsed = parseEnvelope(sealed);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.envelope;
}

test('a null value is named as such', async () => {
  assert.equal(await openOne(createPair().opener, null), 'null_value');
});

test('plaintext on a sealed stream is refused without asking the KMS', async () => {
  const { kms, opener } = createPair();
  for (const plaintext of ['{"amountMinor":1299}', '', 'W', '<Document/>']) {
    assert.equal(await openOne(opener, Buffer.from(plaintext)), 'not_sealed');
  }
  assert.equal(kms.calls.decrypt, 0);
});

test('a suite of a later version is not guessed at', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  sealed[4] = 2;
  assert.equal(await openOne(opener, sealed), 'unsupported_suite');
});

test('a record cut short anywhere is refused', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a longer plaintext than the tag');
  for (let size = 0; size < sealed.length; size += 1) {
    const [outcome] = await opener.open([{ sealed: sealed.subarray(0, size), context: contextWith() }]);
    assert.equal(outcome?.ok, false, `opened with ${size} of ${sealed.length} bytes`);
  }
});

test('a tag of four bytes is refused although it is the start of the right one', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, '');
  assert.equal(await openOne(opener, sealed.subarray(0, -12)), 'malformed_envelope');
  const longer = await sealOne(sealer, 'twelve bytes');
  assert.equal(await openOne(opener, longer.subarray(0, -12)), 'authentication_failed');
});

test('bytes after the tag are refused', async () => {
  const { sealer, opener } = createPair();
  const sealed = Buffer.concat([await sealOne(sealer, 'a'), Buffer.of(0)]);
  assert.equal(await openOne(opener, sealed), 'authentication_failed');
});

test('a key outside the allow-list is refused without asking the KMS', async () => {
  const { kms, clock, opener } = createPair();
  const stranger = sealerOver(kms, clock, { keyId: otherKekArn });
  assert.equal(await openOne(opener, await sealOne(stranger, 'a')), 'key_not_allowed');
  assert.equal(kms.calls.decrypt, 0);
});

test('the allow-list is asked for the stream, and a key taken off it is refused although it is cached', async () => {
  const kms = createMemoryKms();
  const clock = createManualClock();
  const allowed = new Map([['transactions.received', new Set([kekArn])]]);
  const opener = createOpener({
    keyProvider: kms.keyProvider,
    app: 'weir',
    environment: 'test',
    allowedKeyIds: (stream) => allowed.get(stream) ?? new Set(),
    nowMs: clock.nowMs,
  });
  const sealed = await sealOne(sealerOver(kms, clock), 'a');
  assert.equal(await openOne(opener, sealed), 'a');
  assert.equal(await openOne(opener, sealed, contextWith({ stream: 'replay' })), 'key_not_allowed');
  allowed.clear();
  assert.equal(await openOne(opener, sealed), 'key_not_allowed');
});

test('a record moved to another stream is refused, and the right stream still opens it', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  assert.equal(await openOne(opener, sealed, contextWith({ stream: 'replay' })), 'wrapped_key_invalid');
  assert.equal(await openOne(opener, sealed), 'a');
  assert.equal(await openOne(opener, sealed, contextWith({ stream: 'replay' })), 'wrapped_key_invalid');
});

test('records under one DEK swapped with each other are refused', async () => {
  const { sealer, opener } = createPair();
  const a = contextWith({ id: 'a', key: 'a1_a' });
  const b = contextWith({ id: 'b', key: 'a1_b' });
  const [sealedA, sealedB] = await sealer.seal(
    [a, b].map((context) => ({ plaintext: Buffer.from(context.id), context })),
  );
  const outcomes = await opener.open([
    { sealed: sealedB ?? null, context: a },
    { sealed: sealedA ?? null, context: b },
    { sealed: sealedA ?? null, context: a },
  ]);
  assert.deepEqual(outcomes.map(describe), ['authentication_failed', 'authentication_failed', 'a']);
});

test('what becomes of a record does not depend on the records before it in the batch', async () => {
  const { sealer, opener } = createPair();
  const here = contextWith();
  const elsewhere = contextWith({ stream: 'replay' });
  const first = await sealOne(sealer, 'first');
  sealer.rollOver();
  const second = await sealOne(sealer, 'second');
  const changedAt = (at: number): Buffer => {
    const changed = Buffer.from(first);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  };
  const headerBytes = envelopeOf(first).header.length;
  const items = [
    { sealed: first, context: here },
    { sealed: second, context: here },
    { sealed: first, context: elsewhere },
    { sealed: first.subarray(0, headerBytes), context: here },
    { sealed: first.subarray(0, headerBytes - 1), context: here },
    { sealed: null, context: here },
    ...Array.from({ length: headerBytes + 13 }, (_unused, at) => ({ sealed: changedAt(at), context: here })),
  ];
  for (const before of items.slice(0, 3)) {
    for (const item of items) {
      const [alone] = await opener.open([item]);
      const [, behind] = await opener.open([before, item]);
      assert.deepEqual(behind, alone);
    }
  }
});

test('a record bound to another environment is refused even by one who holds its key', async () => {
  const { kms, opener } = createPair();
  const dekId = randomBytes(16);
  const { key, wrapped } = await kms.keyProvider.generateDataKey({
    keyId: kekArn,
    encryptionContext: dekEncryptionContext({
      app: 'weir',
      environment: 'test',
      stream: 'transactions.received',
      dekId,
    }),
  });
  const seal = (context: SealContext) =>
    sealWith({
      dataKey: key,
      dekId,
      kekRef: kekArn,
      wrapped,
      nonce: randomBytes(12),
      context,
      plaintext: Buffer.from('a'),
    });
  const prod = contextWith({ environment: 'prod' });
  assert.equal(await openOne(opener, seal(prod), prod), 'authentication_failed');
  assert.equal(await openOne(opener, seal(contextWith())), 'a');
});

test('a lone surrogate does not pass for the replacement character it encodes to', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a', contextWith({ id: '\ufffd' }));
  assert.equal(await openOne(opener, sealed, contextWith({ id: '\ud800' })), 'authentication_failed');
  assert.equal(await openOne(opener, sealed, contextWith({ id: '\ufffd' })), 'a');
});

test('an environment’s records do not open in another environment', async () => {
  const { kms, clock, sealer } = createPair();
  const opener = createOpener({
    keyProvider: kms.keyProvider,
    app: 'weir',
    environment: 'prod',
    allowedKeyIds: () => new Set([kekArn]),
    nowMs: clock.nowMs,
  });
  const sealed = await sealOne(sealer, 'a');
  assert.equal(await openOne(opener, sealed, contextWith({ environment: 'prod' })), 'wrapped_key_invalid');
});

test('the wrapped key of another envelope spliced in is refused', async () => {
  const { sealer, opener } = createPair();
  const first = envelopeOf(await sealOne(sealer, 'a'));
  sealer.rollOver();
  const second = envelopeOf(await sealOne(sealer, 'a'));
  const spliced = Buffer.concat([
    encodeHeader({ ...first, wrapped: second.wrapped }),
    first.nonce,
    first.ciphertext,
    first.tag,
  ]);
  assert.equal(await openOne(opener, spliced), 'wrapped_key_invalid');
});

test('a spliced wrapped key is caught by the commitment even if the KMS ignored the context', async () => {
  const { kms, clock, sealer } = createPair();
  const first = envelopeOf(await sealOne(sealer, 'a'));
  const opener = createOpener({
    keyProvider: { ...kms.keyProvider, decrypt: async () => createSecretKey(randomBytes(32)) },
    app: 'weir',
    environment: 'test',
    allowedKeyIds: () => new Set([kekArn]),
    nowMs: clock.nowMs,
  });
  const bytes = Buffer.concat([first.header, first.nonce, first.ciphertext, first.tag]);
  assert.equal(await openOne(opener, bytes), 'commitment_mismatch');
});

test('a foreign commitment in the header is refused', async () => {
  const { sealer, opener } = createPair();
  const first = envelopeOf(await sealOne(sealer, 'a'));
  const header = encodeHeader({ ...first, commitment: randomBytes(32) });
  const bytes = Buffer.concat([header, first.nonce, first.ciphertext, first.tag]);
  assert.equal(await openOne(opener, bytes), 'commitment_mismatch');
});

test('a cache that holds another header’s keys is caught', async () => {
  const { kms, clock, sealer } = createPair();
  const sealed = await sealOne(sealer, 'a');
  const dekCache = createDekCache({ nowMs: clock.nowMs });
  const { header, dekId } = envelopeOf(sealed);
  await dekCache.resolve(dekCacheKey('transactions.received', header), async () => ({
    ok: true,
    keys: deriveKeys(createSecretKey(randomBytes(32)), dekId),
  }));
  const opener = createOpenerOver(
    {
      keyProvider: kms.keyProvider,
      app: 'weir',
      environment: 'test',
      allowedKeyIds: () => new Set([kekArn]),
    },
    dekCache,
  );
  assert.equal(await openOne(opener, sealed), 'commitment_mismatch');
});

test('an unwrapped key that is not 32 secret bytes is refused', async () => {
  const { kms, clock, sealer } = createPair();
  const opener = createOpener({
    keyProvider: { ...kms.keyProvider, decrypt: async () => createSecretKey(randomBytes(16)) },
    app: 'weir',
    environment: 'test',
    allowedKeyIds: () => new Set([kekArn]),
    nowMs: clock.nowMs,
  });
  assert.equal(await openOne(opener, await sealOne(sealer, 'a')), 'wrapped_key_invalid');
});

for (const code of [
  'kms_unavailable',
  'kms_denied',
  'kms_key_not_found',
  'kms_key_disabled',
  'kms_key_pending_deletion',
] as const) {
  test(`${code} is thrown, never made an outcome, and is forgotten once it is over`, async () => {
    const { kms, sealer, opener } = createPair();
    const sealed = await sealOne(sealer, 'a');
    kms.fail(code);
    await assert.rejects(openOne(opener, sealed), { name: 'WeirError', code });
    kms.fail(undefined);
    assert.equal(await openOne(opener, sealed), 'a');
  });
}

test('a refused wrapped key stays refused for 30 s without another call', async () => {
  const { kms, clock, sealer, opener } = createPair();
  const first = envelopeOf(await sealOne(sealer, 'a'));
  const header = encodeHeader({ ...first, wrapped: randomBytes(60) });
  const bytes = Buffer.concat([header, first.nonce, first.ciphertext, first.tag]);
  assert.equal(await openOne(opener, bytes), 'wrapped_key_invalid');
  clock.advanceMs(29_999);
  assert.equal(await openOne(opener, bytes), 'wrapped_key_invalid');
  assert.equal(kms.calls.decrypt, 1);
  clock.advanceMs(1);
  assert.equal(await openOne(opener, bytes), 'wrapped_key_invalid');
  assert.equal(kms.calls.decrypt, 2);
});

test('a batch decrypts each distinct header once, and no more than eight at a time', async () => {
  const { kms, sealer, opener } = createPair();
  const sealed: Buffer[] = [];
  for (let dek = 0; dek < 30; dek += 1) {
    sealer.rollOver();
    sealed.push(
      ...(await sealer.seal([1, 2, 3].map(() => ({ plaintext: Buffer.of(dek), context: contextWith() })))),
    );
  }
  const outcomes = await opener.open(sealed.map((bytes) => ({ sealed: bytes, context: contextWith() })));
  assert.ok(outcomes.every(({ ok }) => ok));
  assert.deepEqual([kms.calls.decrypt, kms.calls.decryptsAtOnce], [30, 8]);
});

test('batches opened at once decrypt a header once between them', async () => {
  const { kms, sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => openOne(opener, sealed))), ['a', 'a', 'a']);
  assert.equal(kms.calls.decrypt, 1);
});

test('a batch keeps its order and gives each record its own outcome', async () => {
  const { sealer, opener } = createPair();
  const good = await sealOne(sealer, 'good');
  const bad = Buffer.from(good);
  bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
  const context = contextWith();
  const outcomes = await opener.open([
    { sealed: null, context },
    { sealed: good, context },
    { sealed: bad, context },
    { sealed: Buffer.from('{}'), context },
    { sealed: good, context },
  ]);
  assert.deepEqual(outcomes.map(describe), [
    'null_value',
    'good',
    'authentication_failed',
    'not_sealed',
    'good',
  ]);
});

test('an opened plaintext shares no memory with the sealed bytes', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  const [outcome] = await opener.open([{ sealed, context: contextWith() }]);
  sealed.fill(0);
  assert.equal(outcome?.ok && outcome.plaintext.toString(), 'a');
});

test('a view into a larger buffer opens like a buffer of its own', async () => {
  const { sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  const larger = new Uint8Array(sealed.length + 20).fill(7);
  larger.set(sealed, 10);
  assert.equal(await openOne(opener, larger.subarray(10, 10 + sealed.length)), 'a');
});

test('a closed opener opens nothing, not even what was waiting for its key', async () => {
  const { kms, clock, sealer } = createPair();
  const opener = openerOver(kms, clock);
  const sealed = await sealOne(sealer, 'a');
  const release = kms.hold();
  const opening = openOne(opener, sealed);
  opener.close();
  release();
  await assert.rejects(opening, /closed/);
  await assert.rejects(openOne(opener, sealed), /closed/);
});

test('an opener told to forget asks the KMS again, and a batch under way opens all the same', async () => {
  const { kms, sealer, opener } = createPair();
  const sealed = await sealOne(sealer, 'a');
  const release = kms.hold();
  const opening = openOne(opener, sealed);
  opener.forget();
  release();
  assert.equal(await opening, 'a');
  kms.fail('kms_key_disabled');
  await assert.rejects(openOne(opener, sealed), { code: 'kms_key_disabled' });
  kms.fail(undefined);
  assert.equal(await openOne(opener, sealed), 'a');
  opener.forget();
  kms.fail('kms_key_disabled');
  await assert.rejects(openOne(opener, sealed), { code: 'kms_key_disabled' });
});

test('closing an opener drops the keys it has cached', async () => {
  const { kms, clock, sealer } = createPair();
  const dekCache = createDekCache({ nowMs: clock.nowMs });
  const opener = createOpenerOver(
    {
      keyProvider: kms.keyProvider,
      app: 'weir',
      environment: 'test',
      allowedKeyIds: () => new Set([kekArn]),
    },
    dekCache,
  );
  assert.equal(await openOne(opener, await sealOne(sealer, 'a')), 'a');
  assert.equal(dekCache.size(), 1);
  opener.close();
  assert.equal(dekCache.size(), 0);
});
