import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import {
  createMemoryKms,
  createManualClock,
  createPair,
  contextWith,
  kekArn,
  otherKekArn,
} from './key-provider.fixture.ts';
import { sealOne, sealerOver } from './key-provider.fixture.ts';
import { parseEnvelope, readKekRef } from './envelope-format.ts';
import { createSealer } from './sealer.ts';

const records = (count: number, bytes = 4) =>
  Array.from({ length: count }, (_, index) => ({
    plaintext: Buffer.alloc(bytes, index),
    context: contextWith({ id: `tx-${index}` }),
  }));

function dekIdOf(sealed: Uint8Array): string {
  const parsed = parseEnvelope(sealed);
  return parsed.ok ? parsed.envelope.dekId.toString('hex') : parsed.reason;
}

/** How many records each DEK sealed, in order. */
function runLengths(sealed: readonly Uint8Array[]): number[] {
  const counts = new Map<string, number>();
  for (const bytes of sealed) counts.set(dekIdOf(bytes), (counts.get(dekIdOf(bytes)) ?? 0) + 1);
  return [...counts.values()];
}

test('ten thousand records in batches take one generated key and one decrypted key', async () => {
  const { kms, sealer, opener } = createPair();
  const batch = records(500);
  for (let round = 0; round < 20; round += 1) {
    const sealed = await sealer.seal(batch);
    const outcomes = await opener.open(
      sealed.map((bytes, index) => ({ sealed: bytes, context: contextWith({ id: `tx-${index}` }) })),
    );
    assert.deepEqual(
      outcomes,
      batch.map(({ plaintext }) => ({ ok: true, plaintext })),
    );
  }
  assert.deepEqual([kms.calls.generate, kms.calls.decrypt], [1, 1]);
});

test('an empty batch asks the KMS for nothing', async () => {
  const { kms, sealer } = createPair();
  assert.deepEqual(await sealer.seal([]), []);
  assert.equal(kms.calls.generate, 0);
});

test('the same record sealed over two pools of nonces never repeats a nonce', async () => {
  const { sealer } = createPair();
  const sealed = await sealer.seal(records(1_400));
  const nonces = sealed.map((bytes) => {
    const parsed = parseEnvelope(bytes);
    return parsed.ok ? parsed.envelope.nonce.toString('hex') : parsed.reason;
  });
  assert.equal(new Set(nonces).size, 1_400);
});

test('a batch larger than the record budget rolls over inside the batch', async () => {
  const { sealer } = createPair({ limits: { maxRecords: 4, refreshAtFraction: 1 } });
  assert.deepEqual(runLengths(await sealer.seal(records(10))), [4, 4, 2]);
});

test('a batch larger than the byte budget rolls over before the record that would exceed it', async () => {
  const { sealer } = createPair({ limits: { maxPlaintextBytes: 100, refreshAtFraction: 1 } });
  assert.deepEqual(runLengths(await sealer.seal(records(5, 40))), [2, 2, 1]);
});

test('a DEK at its age limit seals nothing more', async () => {
  const { sealer, clock } = createPair({ limits: { maxAgeMs: 60_000, refreshAtFraction: 1 } });
  const first = await sealOne(sealer, 'a');
  clock.advanceMs(59_999);
  assert.equal(dekIdOf(await sealOne(sealer, 'b')), dekIdOf(first));
  clock.advanceMs(1);
  assert.notEqual(dekIdOf(await sealOne(sealer, 'c')), dekIdOf(first));
});

// Each spends just under 80 percent first, and reaches it with the next record.
for (const [limit, limits, spend] of [
  ['record', { maxRecords: 10 }, { earlier: 7, ageMs: 0 }],
  ['byte', { maxPlaintextBytes: 40 }, { earlier: 7, ageMs: 0 }],
  ['age', { maxAgeMs: 10_000 }, { earlier: 1, ageMs: 8_000 }],
] as const) {
  test(`at 80 percent of the ${limit} limit the next DEK is fetched in the background`, async () => {
    const { kms, sealer, clock } = createPair({ limits });
    const [first] = await sealer.seal(records(spend.earlier));
    await nextTurn();
    assert.equal(kms.calls.generate, 1);
    clock.advanceMs(spend.ageMs);
    const release = kms.hold();
    const [second] = await sealer.seal(records(1));
    assert.equal(dekIdOf(second ?? Buffer.of()), dekIdOf(first ?? Buffer.of()));
    assert.equal(kms.calls.generate, 2);
    release();
    await nextTurn();
    const [third] = await sealer.seal(records(1));
    assert.notEqual(dekIdOf(third ?? Buffer.of()), dekIdOf(first ?? Buffer.of()));
    assert.equal(kms.calls.generate, 2);
  });
}

test('batches sealed at once wait for one and the same DEK', async () => {
  const { kms, sealer } = createPair();
  const batches = await Promise.all([1, 2, 3].map(() => sealer.seal(records(5))));
  assert.equal(kms.calls.generate, 1);
  assert.deepEqual(runLengths(batches.flat()), [15]);
});

test('batches sealed at once share the budgets without exceeding any', async () => {
  const { sealer } = createPair({ limits: { maxRecords: 4, refreshAtFraction: 1 } });
  const batches = await Promise.all([1, 2, 3].map(() => sealer.seal(records(7))));
  assert.deepEqual(runLengths(batches.flat()).toSorted(), [1, 4, 4, 4, 4, 4]);
});

test('while the refresh fails the DEK serves to its hard limit, and then sealing fails closed', async () => {
  const { kms, sealer } = createPair({ limits: { maxRecords: 10 } });
  const first = await sealer.seal(records(7));
  kms.fail('kms_unavailable');
  const second = await sealer.seal(records(1));
  await nextTurn();
  assert.equal(kms.calls.generate, 2);
  const third = await sealer.seal(records(2));
  assert.deepEqual(runLengths([...first, ...second, ...third]), [10]);
  await assert.rejects(sealer.seal(records(1)), { code: 'kms_unavailable' });
  kms.fail(undefined);
  assert.equal((await sealer.seal(records(1))).length, 1);
});

test('a failing refresh is tried again only after its pause', async () => {
  const { kms, sealer, clock } = createPair({ limits: { maxRecords: 100, refreshRetryMs: 5_000 } });
  await sealer.seal(records(79));
  kms.fail('kms_unavailable');
  for (let batch = 0; batch < 5; batch += 1) {
    await sealer.seal(records(1));
    await nextTurn();
  }
  assert.equal(kms.calls.generate, 2);
  clock.advanceMs(5_000);
  await sealer.seal(records(1));
  assert.equal(kms.calls.generate, 3);
});

for (const code of [
  'kms_unavailable',
  'kms_denied',
  'kms_key_not_found',
  'kms_key_disabled',
  'kms_key_pending_deletion',
] as const) {
  test(`sealing without a DEK throws ${code} as the key provider gave it`, async () => {
    const { kms, sealer } = createPair();
    kms.fail(code);
    await assert.rejects(sealer.seal(records(1)), { name: 'WeirError', code });
  });
}

test('after rollOver the next record is under a new DEK', async () => {
  const { sealer, opener } = createPair();
  const before = await sealOne(sealer, 'a');
  sealer.rollOver();
  const after = await sealOne(sealer, 'a');
  assert.notEqual(dekIdOf(before), dekIdOf(after));
  const outcomes = await opener.open([before, after].map((sealed) => ({ sealed, context: contextWith() })));
  assert.deepEqual(
    outcomes.map(({ ok }) => ok),
    [true, true],
  );
});

test('a DEK asked for before rollOver is not used after it', async () => {
  const { kms, sealer } = createPair();
  const release = kms.hold();
  const sealing = sealer.seal(records(1));
  sealer.rollOver();
  release();
  await sealing;
  assert.equal(kms.calls.generate, 2);
});

test('rollOver can name another key, which wraps from then on what a batch under way needs, too', async () => {
  const { kms, sealer } = createPair();
  const release = kms.hold();
  const sealing = sealer.seal(records(1));
  sealer.rollOver(otherKekArn);
  release();
  for (const sealed of [...(await sealing), await sealOne(sealer, 'a')]) {
    assert.equal(readKekRef(sealed), otherKekArn);
  }
  sealer.rollOver();
  assert.equal(readKekRef(await sealOne(sealer, 'a')), otherKekArn);
});

test('a batch that waits for a DEK of the key before does not fail when that key refuses', async () => {
  const { keyProvider } = createMemoryKms();
  const refusal = Promise.withResolvers<never>();
  const sealer = sealerOver(
    {
      keyProvider: {
        ...keyProvider,
        generateDataKey: (request) =>
          request.keyId === kekArn ? refusal.promise : keyProvider.generateDataKey(request),
      },
    },
    createManualClock(),
  );
  const sealing = sealer.seal(records(1));
  sealer.rollOver(otherKekArn);
  refusal.reject(new WeirError('kms_key_disabled', 'the key before'));
  assert.equal((await sealing).length, 1);
});

test('a closed sealer seals nothing, not even what was waiting for its DEK', async () => {
  const { kms, sealer } = createPair();
  const release = kms.hold();
  const sealing = sealer.seal(records(1));
  sealer.close();
  release();
  await assert.rejects(sealing, /closed/);
  await assert.rejects(sealer.seal(records(1)), /closed/);
});

test('a record of another stream or environment than the sealer is refused', async () => {
  const { sealer } = createPair();
  for (const changed of [{ stream: 'replay' }, { environment: 'prod' }]) {
    const item = { plaintext: Buffer.of(), context: contextWith(changed) };
    await assert.rejects(sealer.seal([item]), TypeError);
  }
});

test('a context field that has no UTF-8 of its own is refused by name and not by value', async () => {
  const { sealer } = createPair();
  const item = { plaintext: Buffer.of(), context: contextWith({ id: 'secret-\ud800' }) };
  await assert.rejects(sealer.seal([item]), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'processing_failed');
    assert.match(error.message, /\bid\b/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('a record beyond the byte budget of a whole DEK is refused instead of rolling over for ever', async () => {
  const { sealer } = createPair({ limits: { maxPlaintextBytes: 100 } });
  await assert.rejects(sealer.seal(records(1, 101)), { code: 'processing_failed' });
  assert.equal((await sealer.seal(records(1, 100))).length, 1);
});

test('a limit outside its range is refused, and a budget can not be widened', () => {
  const kms = createMemoryKms();
  const clock = createManualClock();
  for (const limits of [
    { maxRecords: 2 ** 20 + 1 },
    { maxRecords: 0 },
    { maxPlaintextBytes: 2 ** 30 + 1 },
    { maxAgeMs: 60 * 60_000 + 1 },
    { maxAgeMs: Number.NaN },
    { refreshAtFraction: 1.1 },
  ]) {
    assert.throws(() => sealerOver(kms, clock, { limits }), { code: 'config_invalid' });
  }
});

test('a data key that is not 32 secret bytes is a bug of the key provider', async () => {
  const sealer = createSealer({
    keyProvider: {
      generateDataKey: async () => ({
        keyId: kekArn,
        key: createSecretKey(randomBytes(16)),
        wrapped: randomBytes(40),
      }),
      decrypt: () => Promise.reject(new Error('a sealer decrypts no key')),
    },
    keyId: kekArn,
    app: 'weir',
    environment: 'test',
    stream: 'transactions.received',
    nowMs: () => 0,
  });
  await assert.rejects(sealer.seal(records(1)), TypeError);
});

test('a clock by which every DEK arrives expired ends the sealing instead of asking the KMS for ever', async () => {
  const kms = createMemoryKms();
  let now = 0;
  const sealer = sealerOver(kms, { nowMs: () => (now += 60 * 60_000) });
  await assert.rejects(sealer.seal(records(1)), /no new DEK had room/);
  assert.equal(kms.calls.generate, 100);
});
