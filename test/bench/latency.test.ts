import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentilesOf } from './latency.ts';

test('percentiles are those of the nearest rank', () => {
  const latencies = Array.from({ length: 1_000 }, (_, index) => index + 1).toReversed();
  assert.deepEqual(percentilesOf(latencies), { p50: 500, p99: 990, p999: 999, max: 1_000 });
  assert.deepEqual(percentilesOf([7]), { p50: 7, p99: 7, p999: 7, max: 7 });
});

test('a transaction whose verdict was never seen spoils the measurement instead of flattering it', () => {
  assert.throws(() => percentilesOf([1, Number.NaN, 3]));
  assert.throws(() => percentilesOf([]));
});
