import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '@weir/contracts';
import { keyOf, scriptedProvider } from './scripted-provider.ts';
import { withDecryptCache } from './with-decrypt-cache.ts';

const request = (filler: number) => ({
  keyId: 'alias/a',
  wrapped: new Uint8Array(40).fill(filler),
  encryptionContext: { app: 'weir', stream: 'transactions' },
});

function cached(script: readonly ('ok' | ErrorCode)[] = [], maxEntries = 2) {
  const clock = { nowMs: 0 };
  const provider = scriptedProvider(script);
  const cache = withDecryptCache(provider, { maxEntries, ttlMs: 1000, nowMs: () => clock.nowMs });
  return { cache, calls: provider.calls, clock };
}

test('the same request is asked of KMS once', async () => {
  const { cache, calls } = cached();
  assert.equal((await cache.decrypt(request(1))).equals(keyOf(1)), true);
  assert.equal((await cache.decrypt(request(1))).equals(keyOf(1)), true);
  assert.equal(calls.length, 1);
});

test('the order of the context makes no difference', async () => {
  const { cache, calls } = cached();
  await cache.decrypt(request(1));
  const encryptionContext = { stream: 'transactions', app: 'weir' };
  await cache.decrypt({ ...request(1), encryptionContext });
  assert.equal(calls.length, 1);
});

test('a request that differs anywhere is asked of KMS itself', async () => {
  const { cache, calls } = cached([], 100);
  const one = request(1);
  const others = [
    one,
    request(2),
    { ...one, keyId: 'alias/b' },
    { ...one, encryptionContext: {} },
    { ...one, encryptionContext: { app: 'weir' } },
    { ...one, encryptionContext: { app: 'weir', stream: 'decisions' } },
    // The same characters, cut elsewhere.
    { ...one, encryptionContext: { appw: 'eir', stream: 'transactions' } },
    { ...one, keyId: 'alias/aapp', encryptionContext: { weir: 'streamtransactions' } },
    // Two lone surrogates, which UTF-8 does not tell apart.
    { ...one, keyId: '\ud800' },
    { ...one, keyId: '\ud801' },
  ];
  for (const other of others) await cache.decrypt(other);
  assert.equal(calls.length, others.length);
});

test('requests for the same key at the same time are asked of KMS once', async () => {
  const { cache, calls } = cached();
  const keys = await Promise.all([1, 1, 1, 1].map((filler) => cache.decrypt(request(filler))));
  assert.equal(calls.length, 1);
  assert.equal(
    keys.every((key) => key.equals(keyOf(1))),
    true,
  );
});

test('a failure reaches everyone who waits for it and is not remembered', async () => {
  const { cache, calls } = cached(['kms_unavailable']);
  const outcomes = await Promise.allSettled([cache.decrypt(request(1)), cache.decrypt(request(1))]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'rejected'],
  );
  await cache.decrypt(request(1));
  assert.equal(calls.length, 2);
});

test('an answer counts from when it came, however often it is used', async () => {
  const { cache, calls, clock } = cached();
  await cache.decrypt(request(1));
  clock.nowMs = 999;
  await cache.decrypt(request(1));
  assert.equal(calls.length, 1);
  clock.nowMs = 1000;
  await cache.decrypt(request(1));
  assert.equal(calls.length, 2);
});

test('the least recently used key goes first', async () => {
  const { cache, calls } = cached();
  for (const filler of [1, 2, 1, 3]) await cache.decrypt(request(filler));
  assert.equal(calls.length, 3);
  await cache.decrypt(request(1));
  assert.equal(calls.length, 3);
  await cache.decrypt(request(2));
  assert.equal(calls.length, 4);
});

test('a data key is never shared', async () => {
  const { cache, calls } = cached();
  const [one, other] = [await cache.generateDataKey(request(1)), await cache.generateDataKey(request(1))];
  assert.equal(one.key.equals(other.key), false);
  assert.equal(calls.length, 2);
});

test('a cache of nothing is refused', () => {
  assert.throws(() => cached([], 0), RangeError);
});
