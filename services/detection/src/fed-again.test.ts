import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { decideBatch, windowRecordOf } from '@weir/verdicts';
import type { Decided } from '@weir/verdicts';
import { decodedTransaction } from '../../../packages/verdicts/src/fixtures/decoded-transaction.ts';
import { judgeOf } from '../../../packages/verdicts/src/fixtures/judge-of.ts';
import { sampleTransaction } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';

const dayMs = 86_400_000;

/** Ninety everyday payments of one account, one a day, as a file would bring them. */
const ninetyDays = Array.from({ length: 90 }, (_, day) => {
  const at = new Date(Date.UTC(2026, 0, 1) + day * dayMs).toISOString();
  return sampleTransaction(0, {
    transactionId: `day-${day}`,
    amountMinor: 1_000 + (day % 7) * 10,
    creditDebitIndicator: 'DBIT',
    eventTime: at,
    observedAt: at,
  });
});

function decideTwice(): Decided[] {
  const history = createAccountHistory(defaultWindowPlan, [], 0);
  const decoded = [...ninetyDays, ...ninetyDays].map((content, offset) =>
    decodedTransaction(offset, content),
  );
  const account = decoded[0]?.transaction.account ?? '';
  const { judge } = judgeOf('starter@1');
  return decideBatch(decoded, { judge, histories: new Map([[account, history]]), toRecord: windowRecordOf });
}

test('what was fed once and is fed again is never cleared a second time, however old it is', () => {
  const decided = decideTwice();
  const outcomes = (some: readonly Decided[]): string[] =>
    some.map((one) => (one.kind === 'verdict' ? one.verdict.outcome : one.kind));
  assert.ok(outcomes(decided.slice(0, 90)).every((outcome) => outcome === 'cleared'));
  const again = decided.slice(90);
  assert.ok(!outcomes(again).includes('cleared'));
  // What the windows still hold is a duplicate; what they have forgotten can't be judged, and is held.
  assert.equal(outcomes(again).filter((outcome) => outcome === 'duplicate').length, 31);
  for (const one of again) {
    if (one.kind === 'verdict') assert.equal(one.verdict.reasons[0]?.rule, 'late');
  }
});
