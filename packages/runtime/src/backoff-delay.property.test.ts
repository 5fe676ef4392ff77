import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffDelayMs } from './index.ts';

const attempt = fc.integer({ min: 1, max: 2_000 });
const baseDelayMs = fc.integer({ min: 2, max: 60_000 });
const maxDelayMs = fc.integer({ min: 2, max: 2_147_483_647 });
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is a whole number between half and all of its ceiling', () => {
  fc.assert(
    fc.property(attempt, baseDelayMs, maxDelayMs, fraction, (tries, base, max, random) => {
      const delayMs = backoffDelayMs(tries, { baseDelayMs: base, maxDelayMs: max, random: () => random });
      const firstCeilingMs = Math.min(base, max);
      assert.ok(Number.isSafeInteger(delayMs));
      assert.ok(delayMs >= Math.floor(firstCeilingMs / 2) && delayMs <= max);
      if (tries === 1) assert.ok(delayMs <= base);
    }),
  );
});

test('with the same luck a later wait is never shorter, and twice as long until the maximum', () => {
  fc.assert(
    fc.property(attempt, baseDelayMs, maxDelayMs, fraction, (tries, base, max, random) => {
      const backoff = { baseDelayMs: base, maxDelayMs: max, random: () => random };
      const delayMs = backoffDelayMs(tries, backoff);
      const nextDelayMs = backoffDelayMs(tries + 1, backoff);
      assert.ok(nextDelayMs >= delayMs);
      if (base * 2 ** tries <= max) assert.ok(Math.abs(nextDelayMs - 2 * delayMs) <= 1);
    }),
  );
});

test('luck spreads the waits over half the ceiling', () => {
  const delayMs = (random: number) =>
    backoffDelayMs(3, { baseDelayMs: 100, maxDelayMs: 1_000, random: () => random });
  assert.deepEqual([0, 0.5, 0.999].map(delayMs), [200, 300, 399]);
});
