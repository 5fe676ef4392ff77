import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offeredOutcome, outcomeId, outcomePartition, outcomeReport } from './outcome.ts';

const transaction = `t1_${'A'.repeat(22)}`;
const report = {
  transaction,
  outcome: 'fraud',
  reportedAt: '2026-01-02T03:04:05.000Z',
  reportedBy: 'ada',
  source: 'import',
} as const;

test('the id of a report follows from what it is about, what it says and when, and not from who said it', () => {
  // printf '%s' "$transaction fraud 2026-01-02T03:04:05.000Z" | sha256sum | cut -c1-32
  assert.equal(outcomeId(report), 'outcome-9327d9a1744121c29e8c1e672947f1b4');
  assert.equal(outcomeId({ ...report, ...{ reportedBy: 'bob' } }), outcomeId(report));
  for (const other of [
    { ...report, outcome: 'genuine' as const },
    { ...report, reportedAt: '2026-01-02T03:04:06.000Z' },
    { ...report, transaction: `t1_${'B'.repeat(22)}` },
  ])
    assert.notEqual(outcomeId(other), outcomeId(report));
});

test('all reports about a transaction stand in one partition, whoever writes them', () => {
  // The first four bytes of its SHA-256, big-endian, by the number of partitions.
  assert.equal(outcomePartition(transaction, 4), 2);
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const used = new Set(letters.map((letter) => outcomePartition(`t1_${letter.repeat(22)}`, 4)));
  assert.deepEqual([...used].toSorted(), [0, 1, 2, 3]);
});

test('a report is about a transaction, and who made it has a name and no number of a card', () => {
  assert.deepEqual(outcomeReport.parse(report), report);
  for (const wrong of [
    { transaction: `a1_${'A'.repeat(22)}` },
    { reportedBy: '' },
    { reportedBy: '4111 1111 1111 1111' },
    { reportedBy: 'a\nb' },
    { outcome: 'true_positive' },
    { note: 'x' },
  ])
    assert.equal(outcomeReport.safeParse({ ...report, ...wrong }).success, false, JSON.stringify(wrong));
});

test('an outcome is offered for a pseudonym or for what was offered to ingest, and never for both', () => {
  const inClear = { account: { iban: 'NL91ABNA0417164300' }, transactionId: 'x-1' };
  const isOffered = (named: object) => offeredOutcome.safeParse({ ...named, outcome: 'fraud' }).success;
  assert.equal(isOffered({ transaction }), true);
  assert.equal(isOffered(inClear), true);
  for (const named of [
    {},
    { transaction, ...inClear },
    { account: inClear.account },
    { transactionId: 'x-1' },
  ])
    assert.equal(isOffered(named), false, JSON.stringify(named));
});
