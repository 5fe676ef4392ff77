import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errorRecovery } from '@weir/contracts';
import { keyOf, scriptedProvider } from './scripted-provider.ts';
import { type RetryOptions, withRetry } from './with-retry.ts';

const generating = { keyId: 'alias/a', encryptionContext: {} };
const opening = { ...generating, wrapped: new Uint8Array([1]) };

function retrying(script: readonly ('ok' | ErrorCode)[], changed: Partial<RetryOptions> = {}) {
  const provider = scriptedProvider(script);
  const sleptMs: number[] = [];
  const retried = withRetry(provider, {
    attempts: 4,
    baseDelayMs: 100,
    maxDelayMs: 300,
    sleep: async (delayMs) => {
      sleptMs.push(delayMs);
    },
    random: () => 0.5,
    ...changed,
  });
  return { retried, calls: provider.calls, sleptMs };
}

test('a KMS that comes back in time is not noticed by the caller', async () => {
  const { retried, calls } = retrying(['kms_unavailable', 'kms_unavailable', 'ok']);
  assert.equal((await retried.decrypt(opening)).equals(keyOf(3)), true);
  assert.deepEqual(calls, ['decrypt', 'decrypt', 'decrypt']);
});

test('both calls are tried no more often than allowed, and the last error is thrown', async () => {
  for (const call of ['generateDataKey', 'decrypt'] as const) {
    const { retried, calls } = retrying(Array<ErrorCode>(9).fill('kms_unavailable'));
    await assert.rejects(retried[call](opening), { code: 'kms_unavailable' });
    assert.equal(calls.length, 4);
  }
});

test('the wait doubles up to its bound and is drawn from all of it', async () => {
  const script = Array<ErrorCode>(9).fill('kms_unavailable');
  const halves = retrying(script);
  await assert.rejects(halves.retried.generateDataKey(generating));
  assert.deepEqual(halves.sleptMs, [50, 100, 150]);
  const none = retrying(script, { random: () => 0 });
  await assert.rejects(none.retried.generateDataKey(generating));
  assert.deepEqual(none.sleptMs, [0, 0, 0]);
});

test('an error that waiting does not mend is thrown at once', async () => {
  const codes = Object.keys(errorRecovery) as ErrorCode[];
  for (const code of codes.filter((each) => errorRecovery[each] !== 'retry')) {
    const { retried, calls } = retrying([code]);
    await assert.rejects(retried.decrypt(opening), { code });
    assert.equal(calls.length, 1, code);
  }
});

test('a bug is thrown at once', async () => {
  let calls = 0;
  const broken = {
    ...scriptedProvider(),
    decrypt: async () => {
      calls += 1;
      throw new TypeError('a bug');
    },
  };
  const sleep = async () => undefined;
  const options = { attempts: 4, baseDelayMs: 1, maxDelayMs: 1, sleep, random: () => 0 };
  await assert.rejects(withRetry(broken, options).decrypt(opening), TypeError);
  assert.equal(calls, 1);
});

test('fewer attempts than one are refused', () => {
  assert.throws(() => retrying([], { attempts: 0 }), RangeError);
  assert.throws(() => retrying([], { attempts: Number.POSITIVE_INFINITY }), RangeError);
});
