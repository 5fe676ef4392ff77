import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccountHistory, defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import { createJudge } from './judge.ts';
import type { PseudonymList } from './facts.ts';
import type { ListUse, Rule, Ruleset } from './ruleset.ts';
import { nowMs, someRecord as record } from './ruleset-fixture.ts';

const account = 'a1_AAAAAAAAAAAAAAAAAAAAAA';
const accountKey = '000000000000';
const counterparty = 'aaaaaaaaaaaa';

const scoring = (weight: number, different: Partial<Rule> = {}): Rule => ({
  ...{ id: 'any_amount', title: 'Any amount', severity: 'low', weight, when: 'amountMinor >= 1' },
  explanation: 'It moved {amountMinor}.',
  ...different,
});
const use = (then: ListUse['then'], different: Partial<ListUse> = {}): ListUse => ({
  ...{ id: 'listed', list: 'some-list', of: 'counterparty', title: 'Listed', severity: 'high', then },
  explanation: 'It is on a list.',
  ...different,
});
const listOf = (of: PseudonymList['of'], keys: readonly string[]): PseudonymList => ({
  ref: 'some-list@1',
  of,
  has: (key) => keys.includes(key),
});

function judged(
  different: Partial<Ruleset>,
  list: PseudonymList | undefined = listOf('counterparty', [counterparty]),
  of: WindowRecord = record,
) {
  const ruleset: Ruleset = { ref: 'ours@1', holdAt: 0.5, rules: [scoring(0.2)], ...different };
  const { judge } = createJudge({
    ...{ ruleset, plan, versions: { ruleset: 'ours@1', windowPlan: plan.ref } },
    lists: new Map(list === undefined ? [] : [['some-list', list]]),
  });
  const judgement = judge(of, account, createAccountHistory(plan, [], 0));
  const reasons = judgement.verdict.reasons.map(({ rule }) => rule);
  return { ...judgement, reasons, outcome: judgement.verdict.outcome };
}

test('a counterparty on a list that holds is held, with the list as the reason and its words in the evidence', () => {
  const { outcome, reasons, evidence, alert } = judged({ lists: [use('hold')] });
  assert.deepEqual([outcome, alert, reasons], ['held', false, ['listed', 'any_amount']]);
  assert.deepEqual(evidence?.rules, [
    { rule: 'listed', title: 'Listed', explanation: 'It is on a list.' },
    { rule: 'any_amount', title: 'Any amount', explanation: 'It moved {amountMinor}.' },
  ]);
});

test('one on a list that alerts is cleared, and an alert is due, with evidence', () => {
  const { outcome, alert, reasons, evidence } = judged({ lists: [use('alert')] });
  assert.deepEqual([outcome, alert, reasons], ['cleared', true, ['listed', 'any_amount']]);
  assert.ok(evidence);
});

test('whoever is on no list is cleared without evidence, and so is a transaction without a counterparty', () => {
  for (const found of [
    judged({ lists: [use('hold')] }, listOf('counterparty', [])),
    judged({ lists: [use('hold')] }, listOf('counterparty', ['']), { ...record, counterparty: '' }),
  ])
    assert.deepEqual(
      [found.outcome, found.alert, found.reasons, found.evidence],
      [...['cleared', false], ['any_amount'], undefined],
    );
});

test('an account is asked for by the first six bytes of its pseudonym', () => {
  const lists = [use('hold', { of: 'account' })];
  assert.equal(judged({ lists }, listOf('account', [accountKey])).outcome, 'held');
  assert.equal(judged({ lists }, listOf('account', [counterparty])).outcome, 'cleared');
});

test('a list that is asked at the event time may have let it go by then', () => {
  const until = (atMs: number): PseudonymList => ({
    ...listOf('counterparty', []),
    has: (_key, askedMs) => askedMs < atMs,
  });
  assert.equal(judged({ lists: [use('hold')] }, until(nowMs + 1)).outcome, 'held');
  assert.equal(judged({ lists: [use('hold')] }, until(nowMs)).outcome, 'cleared');
});

test('a list that is not at hand, or holds other pseudonyms than it is asked for, leaves nothing cleared', () => {
  for (const list of [undefined, listOf('account', [])])
    for (const then of ['hold', 'alert', 'clear'] as const) {
      const { outcome, verdict } = judgedWithout(list, { lists: [use(then)] });
      assert.equal(outcome, 'held');
      assert.deepEqual(verdict.reasons[0], {
        ...{ rule: 'rule_failed', severity: 'high', contribution: 0, features: ['listed'] },
      });
    }
});

/** `undefined` is a list that is not there, not the usual one. */
const judgedWithout = (list: PseudonymList | undefined, different: Partial<Ruleset>) =>
  list === undefined
    ? judged({ ...different, lists: (different.lists ?? []).map((one) => ({ ...one, list: 'another' })) })
    : judged(different, list);

test('a list that only expressions ask leaves nothing cleared where a rule asks and it is not at hand', () => {
  const lists = [use('nothing', { list: 'another' })];
  assert.equal(judged({ lists }).outcome, 'cleared');
  assert.equal(judged({ lists, rules: [scoring(0.2, { when: 'listed' })] }).outcome, 'held');
  const scope = { accountGroups: ['listed'] };
  const ofAccounts = [use('nothing', { list: 'another', of: 'account' })];
  assert.equal(judged({ lists: ofAccounts, rules: [scoring(0.2, { scope })] }).outcome, 'held');
});

test('a list that clears keeps the score from holding and says so, and a policy holds all the same', () => {
  const lists = [use('clear')];
  const cleared = judged({ lists, rules: [scoring(0.9)] });
  assert.deepEqual(
    [cleared.outcome, cleared.alert, cleared.reasons],
    [...['cleared', false], ['listed', 'any_amount']],
  );
  const policy = scoring(0.9, { then: 'hold' });
  assert.equal(judged({ lists, rules: [policy] }).outcome, 'held');
  const late = { ...record, observedAtSeconds: record.observedAtSeconds + 30 * 86_400 };
  assert.equal(judged({ lists, rules: [scoring(0.9)] }, undefined, late).outcome, 'held');
  assert.deepEqual(judged({ lists }).reasons, ['any_amount']);
});

test('a score of alertAt flags, one of holdAt holds, and a list that clears keeps it from both', () => {
  const flagged = judged({ alertAt: 0.2 });
  assert.deepEqual([flagged.outcome, flagged.alert], ['cleared', true]);
  assert.ok(flagged.evidence);
  assert.equal(judged({ alertAt: 0.21 }).alert, false);
  assert.deepEqual([judged({ alertAt: 0.2, lists: [use('clear')] }).alert], [false]);
  const held = judged({ alertAt: 0.2, rules: [scoring(0.5)] });
  assert.deepEqual([held.outcome, held.alert], ['held', false]);
});

test('a rule that alerts holds nothing and adds nothing to the score, and one that holds neither', () => {
  const alerting = judged({ rules: [scoring(0.9, { then: 'alert' })] });
  assert.deepEqual([alerting.outcome, alerting.alert, alerting.verdict.score], ['cleared', true, 0]);
  const holding = judged({ rules: [scoring(0.9, { then: 'hold' })] });
  assert.deepEqual([holding.outcome, holding.alert, holding.verdict.score], ['held', false, 0]);
});

test('rules look where and when their scope and schedule say', () => {
  const outside = { scope: { currencies: ['USD'] } };
  assert.deepEqual(judged({ rules: [scoring(0.9, outside)] }).reasons, []);
  // 15 June 2025 is a Sunday.
  assert.deepEqual(judged({ rules: [scoring(0.9, { schedule: { days: ['sun'] } })] }).reasons, [
    'any_amount',
  ]);
  assert.deepEqual(judged({ rules: [scoring(0.9, { schedule: { days: ['mon'] } })] }).reasons, []);
});

test('a list that throws can not tell, and what asks it is held', () => {
  const broken: PseudonymList = {
    ...listOf('counterparty', []),
    has: () => {
      throw new RangeError('a bug');
    },
  };
  const { outcome, reasons } = judged({ lists: [use('clear')] }, broken);
  assert.deepEqual([outcome, reasons], ['held', ['rule_failed', 'any_amount']]);
});
