import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainResults } from './drains.ts';
import { comparisons, measuredGoals } from './measured-goals.ts';
import { repeated } from './repeated.ts';
import { fastestOf } from './sweep-passthrough.ts';

const drain = (txPerSecond: number) => ({
  transactions: 1_000,
  txPerSecond,
  cpuMsPerTx: { total: 1_000 / txPerSecond },
  firstTouches: undefined,
  workerPeakResidentMb: [100],
  loadAverage: 0,
  heldFraction: 0.01,
  recordsPerTransaction: 500,
});
const passed = (txPerSecond: number, maxBytesPerPartition?: number) => ({
  ...drain(txPerSecond),
  batching: {
    batchMaxRecords: 1_000,
    batchLingerMs: 0,
    ...(maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition }),
  },
});
const preloaded = (accounts: number, history: number, redisBytesPerRecord: number) => ({
  accounts,
  history,
  redisBytesPerRecord,
  coldLoadMs: 1,
});

const drains: DrainResults = {
  valueBytes: { received: 1, cleared: 1 },
  appendBytes: 1,
  passthroughSweep: [passed(9_000), passed(20_000), passed(30_000, 2_000_000)],
  passthrough: repeated([passed(20_000), passed(20_000)]),
  detection: {
    history50: repeated([drain(10_000), drain(10_000), drain(10_000)]),
    history100000: repeated([drain(8_000), drain(8_000), drain(8_000)]),
    accounts10: repeated([drain(16_000), drain(16_000), drain(16_000)]),
    accounts1000: repeated([drain(12_500)]),
  },
  unsealed: undefined,
  preloaded: { history50: preloaded(20_000, 50, 53), accounts1000: preloaded(1_000, 10, 80) },
  unsealedRedisBytesPerRecord: 55,
  firstTouches1000000: drain(6_250),
};
const goals = measuredGoals({ drains, endToEndRedisBytesPerRecord: 54 });
const beside = Object.fromEntries(comparisons({ drains }).map(({ name, ...found }) => [name, found]));

test('growth by history counts against as few accounts as have the long one, where that says more', () => {
  assert.equal(goals.history100000Over50?.value, 2);
  assert.match(goals.history100000Over50?.of ?? '', /10 accounts/);
  assert.equal(beside['history100000Over50Accounts20000']?.value, 1.25);
  assert.equal(beside['history100000Over50Accounts10']?.value, 2);
});

test('bytes in Redis are those of accounts with 50 records, and the worst stands beside them', () => {
  assert.deepEqual(goals.redisBytesPerTx, { value: 54, repeats: 3, of: '50 records per account' });
  assert.deepEqual(beside['redisBytesPerTxWorst'], {
    unit: 'bytes per tx',
    value: 80,
    repeats: 1,
    of: 'accounts1000',
  });
});

test('what compares two things was measured as often as the one that was measured less', () => {
  assert.equal(goals.detectionOverPassthrough?.repeats, 2);
  assert.equal(goals.txPerSecondHistory50?.repeats, 3);
});

test('the ceiling fetches as detection does, and what wider fetches give stands beside it', () => {
  assert.equal(fastestOf(drains.passthroughSweep, 'asDetection')?.txPerSecond, 20_000);
  assert.equal(goals.detectionOverPassthrough?.value, 0.5);
  assert.equal(beside['detectionOverPassthroughWiderFetch']?.value, 0.3333);
});

test('what accounts cost that are not in memory stands beside what a million of them do', () => {
  assert.equal(goals.accounts1000000Over1000, undefined);
  assert.equal(beside['accounts1000000ColdOver1000']?.value, 2);
});
