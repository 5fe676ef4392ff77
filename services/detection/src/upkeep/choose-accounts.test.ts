import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChoice, rankOf } from './choose-accounts.ts';

const accounts = Array.from({ length: 500 }, (_unused, index) => `account-${index}`);

test('a choice depends on the seed and not on the order or on how often an account is shown', () => {
  const there = createChoice('seed', 20);
  for (const account of accounts) there.show(account);
  const back = createChoice('seed', 20);
  for (const account of [...accounts].reverse().concat(accounts)) back.show(account);
  assert.deepEqual([...there.chosen()].toSorted(), [...back.chosen()].toSorted());
  const lowest = accounts.toSorted((one, other) => rankOf('seed', one) - rankOf('seed', other)).slice(0, 20);
  assert.deepEqual([...there.chosen()].toSorted(), lowest.toSorted());
  const other = createChoice('another', 20);
  for (const account of accounts) other.show(account);
  assert.notDeepEqual([...other.chosen()].toSorted(), lowest.toSorted());
});

test('of fewer accounts than asked for all are chosen', () => {
  const choice = createChoice('seed', 20);
  for (const account of accounts.slice(0, 7)) choice.show(account);
  assert.equal(choice.chosen().size, 7);
});
