import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLedgers } from './check-ledgers.ts';
import { damaged, goodHistory, logTransaction, rulesOf } from '../../history-checks/small-history.ts';

const partitions = [{ partition: 0, earliest: 0, end: 7, published: 7 }];
const counts = {
  source: 's',
  state: 'finished',
  offered: 10,
  acknowledged: 8,
  rejected: 2,
  failed: 0,
  unknown: 0,
};

test('ledgers that balance break no rule', () => {
  assert.deepEqual(checkLedgers(goodHistory, partitions, [counts]), []);
});

test('a run of ingest that was killed may have records in flight, and no other', () => {
  const cut = { ...counts, acknowledged: 5 };
  assert.deepEqual(checkLedgers(goodHistory, partitions, [{ ...cut, state: 'running' }]), []);
  assert.deepEqual(rulesOf(checkLedgers(goodHistory, partitions, [cut])), ['ingest_ledger']);
  const tooMany = { ...counts, state: 'running', acknowledged: 9 };
  assert.deepEqual(rulesOf(checkLedgers(goodHistory, partitions, [tooMany])), ['ingest_ledger']);
});

test('a record below the published position that the journal leaves out is found', () => {
  const more = damaged('log', (all) => [...all, logTransaction(7)]);
  const state = [{ partition: 0, earliest: 0, end: 8, published: 8 }];
  assert.deepEqual(rulesOf(checkLedgers(more, state, [])), ['detection_ledger']);
});

test("a journal that doesn't end where the published position stands is found", () => {
  const state = [{ partition: 0, earliest: 0, end: 7, published: 5 }];
  assert.ok(rulesOf(checkLedgers(goodHistory, state, [])).includes('detection_ledger'));
});

test('records that still wait are found', () => {
  const state = [{ partition: 0, earliest: 0, end: 9, published: 7 }];
  assert.deepEqual(rulesOf(checkLedgers(goodHistory, state, [])), ['lag']);
});
