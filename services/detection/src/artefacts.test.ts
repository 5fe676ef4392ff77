import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { artefactBodies } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { requireRulesetWithin } from './artefacts.ts';
import { decideBatch } from './decide-batch.ts';
import type { Decided } from './decide-batch.ts';
import { decodedTransaction } from './fixtures/decoded-transaction.ts';
import { judgeOf } from './fixtures/judge-of.ts';
import { sampleTransaction } from './fixtures/sample-transactions.ts';
import { windowRecordOf } from './window-record.ts';

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

test('a ruleset the program does not have stops it', () => {
  assert.throws(() => requireRulesetWithin('starter@99', defaultWindowPlan), { code: 'artefact_unknown' });
});

test('a ruleset is refused under a plan that has no windows for what it looks at', () => {
  const [minute, hour, ...others] = defaultWindowPlan.spans;
  assert.doesNotThrow(() => requireRulesetWithin('starter@1', defaultWindowPlan));
  const without = { ...defaultWindowPlan, ref: 'short@1', spans: [minute] as const };
  assert.throws(() => requireRulesetWithin('starter@1', without), { code: 'artefact_unknown' });
  assert.ok(hour !== undefined && others.length > 0);
});

test('a shipped version never changes: a log that names it is decided by the very same body for ever', () => {
  assert.deepEqual(
    artefactBodies.map(({ ref, body }) => `${ref} ${hash('sha256', JSON.stringify(body))}`),
    [
      'standard@1 aff386cf1c43ce18ea902a19135b2895db2a6a2bf5f71c379f9fa81bd9c60285',
      'starter@1 7b187962b6c49a74d23f3078c353a57a58ba66e4f587dcb5e46dc42df061a5aa',
      'starter@2 b880b094c823cdffb104bf8c88aa9b0f93336aa13c436289352eda3a93aa546c',
    ],
  );
});
