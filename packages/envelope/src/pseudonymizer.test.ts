import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createPseudonymizer } from './pseudonymizer.ts';

const indexKey = createSecretKey(Buffer.alloc(32, 1));

test('a pseudonym has its version and 22 characters, and says nothing of the account', () => {
  const pseudonym = createPseudonymizer({ indexKey, version: 3 })(
    'account',
    'bank-a',
    'DE89370400440532013000',
  );
  assert.match(pseudonym, /^a3_[A-Za-z0-9_-]{22}$/);
  assert.doesNotMatch(pseudonym, /3704/);
});

test('fields that only concatenate alike give different pseudonyms, cached or not', () => {
  const alike: readonly [purpose: string, tenant: string, value: string][] = [
    ['ab', 'c', 'd'],
    ['a', 'bc', 'd'],
    ['a', 'b', 'cd'],
    ['', 'ab', 'cd'],
    ['1:1:a', 'b', 'c'],
    ['1', ':1:a', 'bc'],
  ];
  const cached = createPseudonymizer({ indexKey, version: 1 });
  const first = alike.map((fields) => cached(...fields));
  const again = alike.map((fields) => cached(...fields));
  const fresh = alike.map((fields) => createPseudonymizer({ indexKey, version: 1 })(...fields));
  assert.equal(new Set(first).size, alike.length);
  assert.deepEqual(again, first);
  assert.deepEqual(fresh, first);
});

test('more accounts than the cache holds still give each its own pseudonym', () => {
  const pseudonymOf = createPseudonymizer({ indexKey, version: 1 });
  const first = pseudonymOf('account', 'bank-a', '0');
  const all = new Set(Array.from({ length: 50_100 }, (_, n) => pseudonymOf('account', 'bank-a', String(n))));
  assert.equal(all.size, 50_100);
  assert.equal(pseudonymOf('account', 'bank-a', '0'), first);
});

test('ill-formed Unicode is refused, because it would share its pseudonym', () => {
  const pseudonymOf = createPseudonymizer({ indexKey, version: 1 });
  assert.throws(() => pseudonymOf('account', 'bank-a', '\ud800'), { code: 'processing_failed' });
});

test('a short or public key, or a version that is no positive integer, is refused', () => {
  const short = createSecretKey(randomBytes(31));
  assert.throws(() => createPseudonymizer({ indexKey: short, version: 1 }), { code: 'config_invalid' });
  for (const version of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => createPseudonymizer({ indexKey, version }), { code: 'config_invalid' });
  }
});
