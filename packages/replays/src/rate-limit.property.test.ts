import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimit } from './rate-limit.ts';

/** Batches of records, and how long each takes besides what is waited. */
const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.nat(400)), {
  minLength: 1,
  maxLength: 50,
});

test('whatever the batches, what is read never exceeds the rate by more than a burst and the last batch', () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 100_000 }), (all, perSecond) => {
      const limit = createRateLimit(perSecond);
      let [nowMs, read] = [1_000, 0];
      for (const [records, tookMs] of all) {
        const allowed = (perSecond * (nowMs - 1_000 + 250)) / 1_000;
        assert.ok(read <= allowed + 1e-6, `${String(read)} > ${String(allowed)}`);
        read += records;
        nowMs += tookMs + limit.take(records, nowMs);
      }
    }),
  );
});

test('who has to wait reaches the rate all the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 10_000 }), (records, rate) => {
      const limit = createRateLimit(rate);
      let nowMs = 0;
      for (let batch = 0; batch < 100; batch += 1) nowMs += limit.take(records, nowMs);
      // Waits are whole milliseconds, each rounded up once and then made up for.
      assert.ok(nowMs <= (100 * records * 1_000) / rate + 1);
    }),
  );
});

test('a clock that goes back gives nothing, and one that leaps ahead gives no more than a burst', () => {
  const limit = createRateLimit(1_000);
  assert.equal(limit.take(250, 5_000), 0);
  assert.equal(limit.take(10, 1_000), 10);
  assert.equal(limit.take(0, 1_010), 0);
  assert.equal(limit.take(250, 9_000_000), 0);
  assert.equal(limit.take(1, 9_000_000), 1);
});

test('without a limit nobody waits', () => {
  const limit = createRateLimit(null);
  assert.equal(limit.take(1e9, 0), 0);
  assert.equal(limit.take(1e9, 0), 0);
});
