import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { createDekCache } from './dek-cache.ts';
import type { DekCacheLimits, UnwrappedDek } from './dek-cache.ts';
import { deriveKeys } from './derive-keys.ts';
import { createManualClock } from './key-provider.fixture.ts';

const unwrapped: UnwrappedDek = {
  ok: true,
  keys: deriveKeys(createSecretKey(Buffer.alloc(32)), Buffer.alloc(16)),
};
const refused: UnwrappedDek = { ok: false };

function setUp(limits: Partial<DekCacheLimits> = {}) {
  const clock = createManualClock();
  const cache = createDekCache({ nowMs: clock.nowMs, limits });
  const loads: string[] = [];
  const ask = (key: string, dek: UnwrappedDek = unwrapped) =>
    cache.resolve(key, async () => {
      loads.push(key);
      return dek;
    });
  return { clock, cache, loads, ask };
}

test('a key is loaded once in the ten minutes after it was written, however often it is read', async () => {
  const { clock, loads, ask } = setUp();
  await ask('a');
  clock.advanceMs(9 * 60_000);
  await ask('a');
  clock.advanceMs(59_999);
  assert.equal(await ask('a'), unwrapped);
  assert.deepEqual(loads, ['a']);
  clock.advanceMs(1);
  await ask('a');
  assert.deepEqual(loads, ['a', 'a']);
});

test('a refusal is remembered for 30 s', async () => {
  const { clock, loads, ask } = setUp();
  await ask('a', refused);
  clock.advanceMs(29_999);
  assert.equal(await ask('a'), refused);
  clock.advanceMs(1);
  assert.equal(await ask('a'), unwrapped);
  assert.deepEqual(loads, ['a', 'a']);
});

test('a full cache drops the least recently used key', async () => {
  const { cache, loads, ask } = setUp({ maxEntries: 2 });
  await ask('a');
  await ask('b');
  await ask('a');
  await ask('c');
  assert.equal(cache.size(), 2);
  await ask('a');
  await ask('b');
  assert.deepEqual(loads, ['a', 'b', 'c', 'b']);
});

test('the cache holds at most a thousand keys', async () => {
  const { cache, ask } = setUp();
  for (let key = 0; key < 1_100; key += 1) await ask(String(key));
  assert.equal(cache.size(), 1_000);
});

test('expired keys are dropped at the next write, unread', async () => {
  const { clock, cache, ask } = setUp();
  await ask('a');
  await ask('b');
  clock.advanceMs(10 * 60_000);
  await ask('c');
  assert.equal(cache.size(), 1);
});

test('a load that throws is shared by who waits for it and forgotten after it', async () => {
  const { cache, loads, ask } = setUp();
  let attempts = 0;
  const failing = () =>
    cache.resolve('a', () => {
      attempts += 1;
      return Promise.reject(new Error('no KMS'));
    });
  const results = await Promise.allSettled([failing(), failing()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(attempts, 1);
  assert.equal(await ask('a'), unwrapped);
  assert.deepEqual(loads, ['a']);
});

test('a key that arrives after the cache was cleared is not kept', async () => {
  const { cache, loads, ask } = setUp();
  const { promise, resolve } = Promise.withResolvers<UnwrappedDek>();
  const late = cache.resolve('a', () => promise);
  cache.clear();
  resolve(unwrapped);
  assert.equal(await late, unwrapped);
  assert.equal(cache.size(), 0);
  await ask('a');
  assert.deepEqual(loads, ['a']);
});
