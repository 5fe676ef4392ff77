import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadingWords, showVerified } from './show-windows.ts';
import type { VerifiedWindows } from './upkeep-messages.ts';

const verified: VerifiedWindows = {
  kind: 'verified',
  partitions: 4,
  accounts: 1_200,
  differing: 0,
  withoutWindows: [],
  notVerified: [],
};
const difference = { kind: 'difference', partition: 2, account: 'a1_x', difference: 'missing' } as const;

test('progress says how much is read, and how long the rest takes at the pace so far', () => {
  let nowMs = 5_000;
  const words = createReadingWords(() => nowMs);
  const at = (ms: number, done: number, total = 1_000_000): string => {
    nowMs = ms;
    return words({ kind: 'progress', done, total });
  };
  assert.equal(at(5_000, 50_000), '5 %  50,000 of 1,000,000 records read');
  assert.equal(at(15_000, 250_000), '25 %  250,000 of 1,000,000 records read  about 38 s left');
  assert.match(at(605_000, 250_000), /about 38 min left/);
  assert.match(at(3_605_000, 250_000), /about 3\.8 h left/);
  assert.equal(at(3_605_000, 0, 0), '100 %  0 of 0 records read');
});

test('windows that are what the log says are said to be in one line', () => {
  assert.deepEqual(showVerified(verified, []), [
    'The windows of 1,200 accounts in 4 partitions are what the log says.',
  ]);
});

test('differing accounts are listed with the kind of their difference, as far as they were kept', () => {
  const lines = showVerified({ ...verified, differing: 3 }, [difference]);
  assert.match(lines.join('\n'), /2 +a1_x +records of the log are missing/);
  assert.match(lines.join('\n'), /and 2 more/);
  assert.match(lines.at(-1) ?? '', /3 of 1,200 accounts DIFFER/);
});

test('a partition without windows, and one that could not be verified, are named', () => {
  const lines = showVerified({ ...verified, withoutWindows: [3], notVerified: [2] }, []).join('\n');
  assert.match(lines, /Partition 3 has no windows/);
  assert.match(lines, /Partition 2 was not verified/);
});
