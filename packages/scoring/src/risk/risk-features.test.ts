import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf, rowOf, type RiskEntry } from './risk-entry.ts';
import { addRiskFeatures, riskFeatureNames } from './risk-features.ts';

const dayMs = 86_400_000;
const atMs = 1_000 * dayMs;

const seen: RiskEntry = {
  firstMs: atMs - 30 * dayMs,
  lastMs: atMs - 8 * dayMs,
  genuineMs: atMs - 9.5 * dayMs,
  frauds: 3,
  unexplained: 2.345_678_9,
  transactions: 8,
  genuineSince: 2,
};

test('what was reported of a counterparty and of an account are their features', () => {
  assert.deepEqual(addRiskFeatures({ amountMinor: 5 }, seen, { ...seen, frauds: 4 }, atMs), {
    amountMinor: 5,
    counterpartyFraudDays: 30,
    counterpartyLastFraudDays: 8,
    counterpartyLastGenuineDays: 9.5,
    counterpartyFraudShare: 0.375,
    counterpartyUnexplainedFrauds: 2.345679,
    counterpartyGenuineSince: 2,
    accountLastFraudDays: 8,
    accountFrauds: 4,
  });
});

test('of whom nobody reported a fraud nothing is known, and every feature is there', () => {
  const none = addRiskFeatures({}, undefined, undefined, atMs);
  assert.deepEqual(Object.keys(none), riskFeatureNames);
  assert.deepEqual(new Set(Object.values(none)), new Set([null]));
});

test('the counterparty says nothing about the account, nor the account about the counterparty', () => {
  const ofAccount = addRiskFeatures({}, undefined, seen, atMs);
  assert.equal(ofAccount['counterpartyFraudDays'], null);
  assert.equal(ofAccount['accountFrauds'], 3);
  assert.equal(addRiskFeatures({}, seen, undefined, atMs)['accountLastFraudDays'], null);
});

test('without a genuine transaction since there are no days since it', () => {
  assert.equal(
    addRiskFeatures({}, { ...seen, genuineMs: 0 }, undefined, atMs)['counterpartyLastGenuineDays'],
    null,
  );
});

test('a transaction that is older than what was reported lies no days behind it', () => {
  const before = addRiskFeatures({}, seen, seen, seen.firstMs - dayMs);
  assert.equal(before['counterpartyFraudDays'], 0);
  assert.equal(before['counterpartyLastFraudDays'], 0);
  assert.equal(before['accountLastFraudDays'], 0);
});

test('a share of frauds is never more than all of them, nor divided by none', () => {
  const share = (frauds: number, transactions: number) =>
    addRiskFeatures({}, { ...seen, frauds, transactions }, undefined, atMs)['counterpartyFraudShare'];
  assert.deepEqual([share(3, 2), share(0, 0), share(1, 3)], [1, 0, 0.333333]);
});

test('an entry is read back from its row as it was, and rows keep their order', () => {
  const rows = [rowOf('b', seen), rowOf('a', { ...seen, frauds: 9 })];
  const entries = entriesOf(rows);
  assert.deepEqual([...entries.keys()], ['b', 'a']);
  assert.deepEqual(entries.get('b'), seen);
  assert.deepEqual(
    Array.from(entries, ([key, entry]) => rowOf(key, entry)),
    rows,
  );
});
