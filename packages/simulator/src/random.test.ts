import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from './random.ts';

test('the same keys give the same draws on every machine', () => {
  const random = createRandom(1, 'day', 2);
  assert.deepEqual(
    Array.from({ length: 4 }, () => random.below(1_000_000)),
    [842_593, 920_910, 192_121, 249_310],
  );
});

test('another key gives other draws', () => {
  const draws = (...keys: (string | number)[]) => {
    const random = createRandom(...keys);
    return Array.from({ length: 8 }, () => random.unit()).join();
  };
  assert.notEqual(draws(1, 'day', 2), draws(1, 'day', 3));
  assert.notEqual(draws(1, 'day', 2), draws(2, 'day', 2));
  assert.notEqual(draws(1, 'day', 23), draws(1, 'day2', 3));
});

test('draws fill their range evenly, and normal draws have mean 0 and variance 1', () => {
  const random = createRandom('spread');
  const tenths = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 20_000; draw += 1) {
    const tenth = random.below(10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  assert.ok(tenths.every((count) => Math.abs(count - 2_000) < 200));
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
  const variance = normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05);
});

test('nothing can be picked from nothing', () => {
  assert.throws(() => createRandom('x').pick([]), RangeError);
});
