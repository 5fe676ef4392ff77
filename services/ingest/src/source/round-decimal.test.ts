import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundDecimal } from './round-decimal.ts';

const cases: [string, number, string][] = [
  ['85.64999999999999', 2, '85.65'],
  ['83.10000000000001', 2, '83.10'],
  ['0.005', 2, '0.01'],
  ['-0.005', 2, '-0.01'],
  ['99.995', 2, '100.00'],
  ['57.16', 2, '57.16'],
  ['57.1', 2, '57.1'],
  ['57', 2, '57'],
  ['1.5', 0, '2'],
  ['1e3', 2, '1e3'],
  ['not a number', 2, 'not a number'],
];

for (const [text, decimals, expected] of cases) {
  test(`${text} to ${decimals} decimals is ${expected}`, () => {
    assert.equal(roundDecimal(text, decimals), expected);
  });
}
