import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardPrecisionOfDay } from './card-precision.ts';

const accounts = [
  { account: 'a', score: 0.9, isFraud: true },
  { account: 'b', score: 0.8, isFraud: false },
  { account: 'c', score: 0.7, isFraud: true },
  { account: 'd', score: 0.1, isFraud: true },
];
const nobody: ReadonlySet<string> = new Set();

test('two of the three accounts with the highest score are compromised', () => {
  const { precision, compromised } = cardPrecisionOfDay(accounts, 3, nobody);
  assert.equal(precision, 2 / 3);
  assert.deepEqual(compromised, ['a', 'c']);
});

test('an account found before makes room for the next', () => {
  const { precision, compromised } = cardPrecisionOfDay(accounts, 3, new Set(['a']));
  assert.equal(precision, 2 / 3);
  assert.deepEqual(compromised, ['c', 'd']);
});

test('the share is of k also where there are fewer accounts', () => {
  assert.equal(cardPrecisionOfDay(accounts, 10, nobody).precision, 0.3);
  assert.equal(cardPrecisionOfDay([], 10, nobody).precision, 0);
});

test('of equal scores the account that sorts first is shown', () => {
  const tied = [
    { account: 'z', score: 0.5, isFraud: true },
    { account: 'y', score: 0.5, isFraud: false },
  ];
  assert.equal(cardPrecisionOfDay(tied, 1, nobody).precision, 0);
});
