import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistoryCache } from './history-cache.ts';
import type { HistoryCache } from './history-cache.ts';
import type { AccountHistory } from './types.ts';

/** A history of that size, half of it at rest. The cache asks for nothing else. */
function historyOf(sizeBytes: number): AccountHistory & { isAtRest: () => boolean } {
  let atRest = false;
  return {
    aggregates: () => [],
    hasSeen: () => false,
    lastMs: () => undefined,
    countAmountsBetween: () => 0,
    activity: () => {
      throw new Error('the cache asks for no activity');
    },
    find: () => undefined,
    latest: () => [],
    remembers: () => true,
    append: () => undefined,
    lastOffset: undefined,
    outOfOrderQueries: 0,
    forgettableBeforeSeconds: 0,
    rest: () => {
      atRest = true;
    },
    isAtRest: () => atRest,
    get sizeBytes() {
      return atRest ? sizeBytes / 2 : sizeBytes;
    },
  };
}

const keptBytes = (() => {
  const cache = createHistoryCache({ maxBytes: 1e9 });
  cache.set('a', historyOf(0));
  return cache.sizeBytes();
})();

/** A cache with room for so many histories of 1,000 bytes. */
const roomForHistories = (count: number): HistoryCache =>
  createHistoryCache({ maxBytes: count * (1_000 + keptBytes) });

const keptOf = (cache: HistoryCache, accounts: readonly string[]): readonly string[] =>
  accounts.filter((account) => cache.get(account) !== undefined);

test('the history used longest ago makes room for a new one', () => {
  const cache = roomForHistories(3);
  for (const account of ['a', 'b', 'c']) cache.set(account, historyOf(1_000));
  cache.get('a');
  cache.set('d', historyOf(1_000));
  assert.deepEqual(keptOf(cache, ['a', 'b', 'c', 'd']), ['a', 'c', 'd']);
});

test('a large history makes room by evicting as many as it takes', () => {
  const cache = roomForHistories(3);
  for (const account of ['a', 'b', 'c']) cache.set(account, historyOf(1_000));
  cache.set('d', historyOf(2_900));
  assert.deepEqual(keptOf(cache, ['a', 'b', 'c', 'd']), ['d']);
  assert.equal(cache.sizeBytes(), 2_900 + keptBytes);
});

test('a history set again counts once, at its new size', () => {
  const cache = roomForHistories(3);
  const history = historyOf(1_000);
  cache.set('a', history);
  cache.set('a', historyOf(2_000));
  assert.equal(cache.sizeBytes(), 2_000 + keptBytes);
});

test('the history used last is kept though it alone is beyond the bound, until another is used', () => {
  const cache = roomForHistories(3);
  cache.set('a', historyOf(1_000));
  cache.set('hot', historyOf(1_000_000));
  assert.deepEqual(keptOf(cache, ['a', 'hot']), ['hot']);
  cache.set('b', historyOf(1_000));
  assert.deepEqual(keptOf(cache, ['hot', 'b']), ['b']);
});

test('a dropped history is gone and its room is free; closing drops all, and keeps none that comes later', () => {
  const cache = roomForHistories(3);
  cache.set('a', historyOf(1_000));
  cache.set('b', historyOf(1_000));
  cache.drop('a');
  cache.drop('never there');
  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.sizeBytes(), 1_000 + keptBytes);
  cache.close();
  assert.equal(cache.get('b'), undefined);
  cache.set('b', historyOf(1_000));
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.sizeBytes(), 0);
});

test('caches that share a bound evict from each other, and know only their own accounts', () => {
  const cache = roomForHistories(2);
  const other = cache.share();
  cache.set('a', historyOf(1_000));
  other.set('a', historyOf(1_000));
  assert.notEqual(cache.get('a'), other.get('a'));
  other.set('b', historyOf(1_000));
  assert.deepEqual(keptOf(cache, ['a']), []);
  assert.deepEqual(keptOf(other, ['a', 'b']), ['a', 'b']);
});

test('closing one of the caches that share a bound frees only its own room', () => {
  const cache = roomForHistories(3);
  const other = cache.share();
  cache.set('a', historyOf(1_000));
  other.set('a', historyOf(1_000));
  other.set('b', historyOf(1_000));
  other.close();
  assert.deepEqual(keptOf(cache, ['a']), ['a']);
  assert.deepEqual(keptOf(other, ['a', 'b']), []);
  assert.equal(cache.sizeBytes(), 1_000 + keptBytes);
});

test('histories used longer ago are put to rest and count for what they take then', () => {
  const cache = createHistoryCache({ maxBytes: 1e9 });
  const histories = Array.from({ length: 40_000 }, () => historyOf(1_000));
  for (const [index, history] of histories.entries()) cache.set(`account ${index}`, history);
  const resting = histories.findIndex((history) => !history.isAtRest());
  assert.ok(resting > 0 && histories.every((history, index) => history.isAtRest() === index < resting));
  assert.equal(cache.sizeBytes(), 40_000 * (1_000 + keptBytes) - resting * 500);
});
