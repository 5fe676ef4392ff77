import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf } from './bucket-of.ts';
import { bucketCount } from './limits.ts';
import { windowKeys } from './redis-keys.ts';

const account = 'a1_AAECAwQFBgcICQoLDA0ODw';

test('the keys of a partition share its hash tag and name log, plan and what they hold', () => {
  const keys = windowKeys({ logId: 'log-1', windowSet: 'standard@12', partition: 7 });
  assert.equal(keys.position, 'weir:{log-1:7}:standard@12:p');
  assert.equal(keys.nowhere, 'weir:{log-1:7}:standard@12:n');
  assert.equal(keys.bucket(4_095), 'weir:{log-1:7}:standard@12:b:4095');
  assert.equal(keys.segment(account, 3), `weir:{log-1:7}:standard@12:s:${account}:3`);
  assert.equal(keys.pattern, 'weir:{log-1:7}:standard@12:*');
});

test('names that could reach into the keys of another log or plan are refused', () => {
  const sound = { logId: 'log-1', windowSet: 'standard@1', partition: 0 };
  for (const change of [
    { logId: '' },
    { logId: 'a}' },
    { logId: 'a:b' },
    { logId: 'a*' },
    { logId: 'x'.repeat(65) },
    { windowSet: '' },
    { windowSet: 'standard' },
    { windowSet: 'standard@*' },
    { windowSet: 'st{andard@1' },
    { windowSet: 'standard@1:p' },
    { partition: -1 },
    { partition: 0.5 },
  ]) {
    assert.throws(() => windowKeys({ ...sound, ...change }), RangeError, JSON.stringify(change));
  }
});

test('an account lies in the bucket that FNV-1a names, whoever computes it', () => {
  // Computed in Python from the algorithm's description.
  for (const [pseudonym, bucket] of [
    ['a1_AAECAwQFBgcICQoLDA0ODw', 3286],
    ['a1_0000000000000000000001', 1467],
    ['a12_zzzzzzzzzzzzzzzzzzzzzQ', 3429],
    ['a9999_-_-_-_-_-_-_-_-_-_-_-A', 491],
  ] as const)
    assert.equal(bucketOf(pseudonym), bucket);
});

test('accounts spread over all buckets', () => {
  const counts = new Array<number>(bucketCount).fill(0);
  for (let index = 0; index < 20 * bucketCount; index += 1) {
    const bucket = bucketOf(`a1_${Buffer.from(String(index).padStart(16, '0')).toString('base64url')}`);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  assert.ok(Math.max(...counts) < 50 && Math.min(...counts) > 2);
});
