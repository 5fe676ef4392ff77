import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecentMap } from './recent-map.ts';

test('what is used again and again stays, however much else passes by', () => {
  const map = createRecentMap<number>(10);
  map.set('kept', 1);
  for (let n = 0; n < 1_000; n += 1) {
    map.set(String(n), n);
    assert.equal(map.get('kept'), 1);
  }
});

test('it never holds more than its bound, always the last half of it, and never a wrong value', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 9 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 200 }),
      (maxEntries, calls) => {
        const map = createRecentMap<number>(maxEntries);
        const used: number[] = [];
        const known = new Set<number>();
        for (const [write, key] of calls) {
          if (write) map.set(String(key), key);
          const found = map.get(String(key));
          assert.ok(found === undefined || found === key);
          assert.ok(!write || found === key);
          if (found !== undefined) {
            used.push(key);
            known.add(key);
          }
        }
        const last = new Set(used.toReversed());
        for (const key of [...last].slice(0, Math.floor(maxEntries / 2)))
          assert.equal(map.get(String(key)), key);
        const held = [...known].filter((key) => map.get(String(key)) !== undefined).length;
        assert.ok(held <= maxEntries);
      },
    ),
  );
});

test('a map for no entries remembers nothing', () => {
  const map = createRecentMap<number>(0);
  map.set('a', 1);
  assert.equal(map.get('a'), undefined);
});
