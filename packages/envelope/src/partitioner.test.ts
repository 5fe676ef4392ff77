import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createPartitioner } from './partitioner.ts';

const routingKey = createSecretKey(Buffer.alloc(32, 2));

test('accounts spread over all partitions, none with twice its share', () => {
  const partitionOf = createPartitioner({ routingKey, partitionCount: 8 });
  const counts = new Array<number>(8).fill(0);
  for (let account = 0; account < 8_000; account += 1) {
    const partition = partitionOf('bank-a', String(account));
    counts[partition] = (counts[partition] ?? Number.NaN) + 1;
  }
  assert.equal(counts.length, 8);
  assert.ok(counts.every((count) => count > 500 && count < 2_000));
});

test('an account asked for again, also after many others, has the partition it had', () => {
  const partitionOf = createPartitioner({ routingKey, partitionCount: 1_000 });
  const alike = [
    ['ab', 'c'],
    ['a', 'bc'],
    ['', 'abc'],
    ['1:a', 'bc'],
  ] as const;
  const first = alike.map(([tenant, account]) => partitionOf(tenant, account));
  assert.equal(new Set(first).size, alike.length);
  for (let account = 0; account < 50_100; account += 1) partitionOf('bank-a', String(account));
  for (const round of ['forgotten', 'remembered']) {
    assert.deepEqual(
      alike.map(([tenant, account]) => partitionOf(tenant, account)),
      first,
      round,
    );
  }
});

test('the routing depends on the key and the tenant', () => {
  const routes = (key: typeof routingKey, tenant: string) => {
    const partitionOf = createPartitioner({ routingKey: key, partitionCount: 48 });
    return Array.from({ length: 50 }, (_, account) => partitionOf(tenant, String(account))).join();
  };
  const otherKey = createSecretKey(Buffer.alloc(32, 3));
  assert.equal(new Set([routes(routingKey, 'a'), routes(otherKey, 'a'), routes(routingKey, 'b')]).size, 3);
});

test('a short key or a count that is no positive integer is refused', () => {
  const short = createSecretKey(randomBytes(31));
  assert.throws(() => createPartitioner({ routingKey: short, partitionCount: 4 }), {
    code: 'config_invalid',
  });
  for (const partitionCount of [0, -4, 1.5, Number.NaN]) {
    assert.throws(() => createPartitioner({ routingKey, partitionCount }), { code: 'config_invalid' });
  }
});
