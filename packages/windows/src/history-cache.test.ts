import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccountHistory } from './account-history.ts';
import { createHistoryCache } from './history-cache.ts';
import { defaultWindowPlan } from './window-plan.ts';
import type { AccountHistory } from './types.ts';

const historyOf = (sizeBytes: number): AccountHistory => ({
  ...createAccountHistory(defaultWindowPlan, [], 0),
  sizeBytes,
});

test('the history used longest ago makes room for a new one', () => {
  const cache = createHistoryCache({ maxBytes: 300 });
  for (const account of ['a', 'b', 'c']) cache.set(account, historyOf(100));
  cache.get('a');
  cache.set('d', historyOf(100));
  assert.equal(cache.get('b'), undefined);
  for (const account of ['a', 'c', 'd']) assert.notEqual(cache.get(account), undefined, account);
});

test('a large history makes room by evicting as many as it takes', () => {
  const cache = createHistoryCache({ maxBytes: 300 });
  for (const account of ['a', 'b', 'c']) cache.set(account, historyOf(100));
  cache.set('d', historyOf(250));
  assert.deepEqual(
    ['a', 'b', 'c'].map((account) => cache.get(account)),
    [undefined, undefined, undefined],
  );
  assert.equal(cache.sizeBytes(), 250);
});

test('a history set again counts once, at its new size', () => {
  const cache = createHistoryCache({ maxBytes: 300 });
  cache.set('a', historyOf(100));
  cache.set('a', historyOf(200));
  assert.equal(cache.sizeBytes(), 200);
});

test('a history larger than the whole cache is not kept', () => {
  const cache = createHistoryCache({ maxBytes: 300 });
  cache.set('a', historyOf(301));
  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.sizeBytes(), 0);
});

test('a dropped history is gone and its room is free; clearing drops all', () => {
  const cache = createHistoryCache({ maxBytes: 300 });
  cache.set('a', historyOf(100));
  cache.set('b', historyOf(100));
  cache.drop('a');
  cache.drop('never there');
  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.sizeBytes(), 100);
  cache.clear();
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.sizeBytes(), 0);
});
