import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundedSurprise, mostNats } from './bounded-surprise.ts';

test('up to 25 nats a surprise is as it is, and beyond it never stops growing and never reaches 50', () => {
  assert.equal(boundedSurprise(25), 25);
  const nats = fc.double({ min: 0, max: 40_000, noNaN: true });
  fc.assert(
    fc.property(nats, fc.double({ min: 0.01, max: 10_000, noNaN: true }), (smaller, more) => {
      const [low, high] = [boundedSurprise(smaller), boundedSurprise(smaller + more)];
      assert.ok(low < high && high < mostNats);
      assert.ok(smaller > 25 || low === smaller);
    }),
  );
});

test('what rounding makes less than nothing is nothing', () => {
  assert.ok(Object.is(boundedSurprise(-1e-16), 0));
  assert.ok(Object.is(boundedSurprise(-0), 0));
});
