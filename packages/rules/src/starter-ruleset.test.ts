import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artefactKind, artefactRef } from '@weir/contracts';
import { createAccountHistory, defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import { artefactBodies, resolveRuleset } from './artefact-bodies.ts';
import { createJudge } from './judge.ts';
import { explainRule } from './explain-rule.ts';
import { starterRuleset } from './starter-ruleset.ts';

const versions = { ruleset: starterRuleset.ref, windowPlan: plan.ref };
const nowMs = Date.UTC(2025, 5, 15, 12);
const hourMs = 3_600_000;

type Payment = { hoursAgo: number; major: number; to?: string; credit?: boolean };

/** Twenty debits of about 25 euros to the same shop, one a day. */
const quietMonth: readonly Payment[] = Array.from({ length: 20 }, (_, index) => ({
  hoursAgo: (20 - index) * 24,
  major: 20 + (index % 3) * 5,
}));

const recordOf = (
  { hoursAgo, major, to = 'aaaaaaaaaaaa', credit = false }: Payment,
  offset: number,
): WindowRecord => ({
  offset,
  eventTimeMs: nowMs - hoursAgo * hourMs,
  observedAtSeconds: nowMs / 1000 - hoursAgo * 3600,
  amountMinor: major * 100,
  currency: 978,
  creditDebitIndicator: credit ? 'CRDT' : 'DBIT',
  identity: offset.toString(16).padStart(16, '0'),
  digest: '00000000',
  counterparty: to,
  channel: 0,
  country: '',
});

/** The rules that fire on the last payment, and whether it is held. */
function decideLast(payments: readonly Payment[]) {
  const history = createAccountHistory(plan, [], 0);
  const records = payments.map(recordOf);
  for (const record of records.slice(0, -1)) history.append(record);
  const last = records.at(-1);
  assert.ok(last);
  const { judge } = createJudge({ ruleset: starterRuleset, plan, versions });
  const { outcome, reasons } = judge(last, 'a1_AAAAAAAAAAAAAAAAAAAAAA', history).verdict;
  return { outcome, rules: reasons.map(({ rule }) => rule) };
}

test('an ordinary payment is cleared', () => {
  assert.deepEqual(decideLast([...quietMonth, { hoursAgo: 0, major: 40 }]), {
    outcome: 'cleared',
    rules: [],
  });
});

test('thirty times the usual amount to somebody new is held for both reasons', () => {
  assert.deepEqual(decideLast([...quietMonth, { hoursAgo: 0, major: 750, to: 'bbbbbbbbbbbb' }]), {
    outcome: 'held',
    rules: ['amount_above_usual', 'amount_far_above_usual', 'new_counterparty_high_amount'],
  });
});

test('the sixth payment within an hour is held on an account that makes one a day', () => {
  const burst = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ hoursAgo: (count - 1 - index) * 0.05, major: 20 }));
  assert.equal(decideLast([...quietMonth, ...burst(5)]).outcome, 'cleared');
  assert.deepEqual(decideLast([...quietMonth, ...burst(6)]), { outcome: 'held', rules: ['velocity_burst'] });
});

test('the third cash deposit just below 10,000 within a day is held, even on an account without a past', () => {
  const deposits = [9_500, 9_800, 9_200].map((major, index) => ({
    hoursAgo: 4 - 2 * index,
    major,
    to: '',
    credit: true,
  }));
  assert.equal(decideLast(deposits.slice(0, 2)).outcome, 'cleared');
  assert.deepEqual(decideLast(deposits), { outcome: 'held', rules: ['structuring'] });
});

test('an account of three payments is not called unusual', () => {
  assert.equal(decideLast([...quietMonth.slice(-3), { hoursAgo: 0, major: 750 }]).outcome, 'cleared');
});

test('a version is resolved to its ruleset, and an unknown one to nothing', () => {
  assert.equal(resolveRuleset('starter@1')?.scoring, undefined);
  assert.equal(resolveRuleset('starter@2')?.scoring, 'model');
  assert.equal(resolveRuleset('starter@99'), undefined);
});

test('artefact bodies are plain JSON under a reference of their own', () => {
  for (const { kind, ref, body } of artefactBodies) {
    assert.ok(artefactRef.safeParse(ref).success);
    assert.equal(body.ref, ref);
    assert.deepEqual(JSON.parse(JSON.stringify(body)), body);
    assert.ok(artefactKind.safeParse(kind).success);
  }
  assert.equal(new Set(artefactBodies.map(({ ref }) => ref)).size, artefactBodies.length);
});

test('an explanation is told with the values of its features', () => {
  const rule = starterRuleset.rules.find(({ id }) => id === 'velocity_burst');
  assert.ok(rule);
  const told = explainRule(rule, { count_1h: 7, velocityRatio_1h: null }, (_feature, value) =>
    String(value ?? 'unknown'),
  );
  assert.equal(
    told,
    'There were 7 other transactions within one hour, unknown times the pace this account is used to.',
  );
});
