import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAmountMinor } from '@weir/contracts';
import fc from 'fast-check';
import { exp, ln, logMilli } from './logarithm.ts';

const closeEnough = 1e-12;

function assertClose(actual: number, expected: number): void {
  const error = expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
  assert.ok(error <= closeEnough, `${actual} is ${error} away from ${expected}`);
}

test('ln agrees with Math.log for every positive number, subnormal ones too', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true }), (x) => {
      assertClose(ln(x), Math.log(x));
    }),
    { numRuns: 2_000 },
  );
});

test('ln agrees with Math.log close to 1, where most of its digits cancel', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -0.5, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 50 }),
      (x, exponent) => {
        const nearOne = 1 + x * 2 ** -exponent;
        assertClose(ln(nearOne), Math.log(nearOne));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('exp agrees with Math.exp wherever that is a normal number', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709.78, noNaN: true }), (x) => assertClose(exp(x), Math.exp(x))),
    { numRuns: 2_000 },
  );
});

test('logMilli never falls as the amount grows, and stays below 35,000', () => {
  const amount = fc.integer({ min: 0, max: maxAmountMinor });
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      assert.ok(logMilli(Math.min(a, b)) <= logMilli(Math.max(a, b)));
      assert.ok(Number.isInteger(logMilli(a)) && logMilli(a) < 35_000);
    }),
  );
});
