import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict, type FeatureValues } from '@weir/contracts';
import type { Timeliness } from '@weir/windows';
import { ruleOf, rulesetOf, someFacts, verdictBy, versions } from './ruleset-fixture.ts';

const ruleset = rulesetOf([ruleOf('a', 0.3), ruleOf('b', 0.4), ruleOf('c', 0.2)]);
const decideOn = (features: FeatureValues, timeliness: Timeliness = 'timely') =>
  verdictBy(ruleset, features, timeliness);

test('where no rule fires the transaction is cleared with score 0 and no reason', () => {
  assert.deepEqual(decideOn({ a: 0, b: 0, c: 0 }), { outcome: 'cleared', score: 0, reasons: [], versions });
});

test('a rule that fires alone below the threshold is told as a reason, and the transaction cleared', () => {
  assert.deepEqual(decideOn({ a: 1, b: 0, c: 0 }), {
    outcome: 'cleared',
    score: 0.3,
    reasons: [{ rule: 'a', severity: 'medium', contribution: 0.3, features: ['a'] }],
    versions,
  });
});

test('rules that fire together add up, each with what it adds to the ones before it', () => {
  const decided = decideOn({ a: 1, b: 1, c: 1 });
  assert.equal(decided.outcome, 'held');
  assert.equal(decided.score, 0.664);
  assert.deepEqual(
    decided.reasons.map((reason) => [reason.rule, reason.contribution]),
    [
      ['a', 0.3],
      ['b', 0.28],
      ['c', 0.084],
    ],
  );
});

test('a score equal to the threshold holds', () => {
  const exactly = rulesetOf([ruleOf('a', 0.5)]);
  assert.equal(verdictBy(exactly, { a: 1 }).outcome, 'held');
});

for (const timeliness of ['late', 'future_dated'] as const) {
  test(`a ${timeliness} transaction is held with that reason, whatever its score`, () => {
    const decided = decideOn({ a: 0, b: 0, c: 0 }, timeliness);
    assert.equal(decided.outcome, 'held');
    assert.equal(decided.score, 0);
    assert.deepEqual(
      decided.reasons.map((reason) => reason.rule),
      [timeliness],
    );
  });
}

test('a feature that a rule needs and nobody computed holds the transaction', () => {
  const decided = decideOn({ a: 0, b: 0 });
  assert.equal(decided.outcome, 'held');
  assert.deepEqual(decided.reasons, [
    { rule: 'rule_failed', severity: 'high', contribution: 0, features: ['c'] },
  ]);
});

test('a missing feature holds even where another condition of its rule is not met', () => {
  const both = {
    ...ruleOf('a', 0.3),
    when: [
      { feature: 'b', atLeast: 1 },
      { feature: 'a', atLeast: 1 },
    ],
  };
  const decided = verdictBy(rulesetOf([both]), { b: 0 });
  assert.equal(decided.outcome, 'held');
});

test('a feature without a value meets no condition and fails no rule', () => {
  assert.equal(decideOn({ a: null, b: null, c: null }).outcome, 'cleared');
  const atMost = { ...ruleOf('a', 1), when: [{ feature: 'a', atMost: 5 }] };
  const decided = verdictBy(rulesetOf([atMost]), { a: null });
  assert.equal(decided.outcome, 'cleared');
});

test('a rule that throws holds the transaction, and the other rules are still told', () => {
  const throwing = {
    ...someFacts,
    get currency(): string {
      throw new Error('a bug');
    },
  };
  const rules = [{ ...ruleOf('a', 0.3), when: 'currency == "EUR"' }, ruleOf('b', 0.4)];
  const decided = verdictBy(rulesetOf(rules), { a: 1, b: 1 }, 'timely', throwing);
  assert.equal(decided.outcome, 'held');
  assert.deepEqual(
    decided.reasons.map((reason) => reason.rule),
    ['rule_failed', 'b'],
  );
});

test('what is decided fits the contract of a verdict', () => {
  assert.ok(verdict.safeParse(decideOn({ a: 1, b: 1, c: 1 }, 'late')).success);
});

test('atMost and equals mean what they say', () => {
  const rules = rulesetOf([
    { ...ruleOf('most', 0.1), explanation: 'Most.', when: [{ feature: 'x', atMost: 3 }] },
    { ...ruleOf('exactly', 0.1), explanation: 'Exactly.', when: [{ feature: 'x', equals: 3 }] },
  ]);
  const fired = (x: number) => verdictBy(rules, { x }).reasons.map(({ rule }) => rule);
  assert.deepEqual([fired(2), fired(3), fired(4)], [['most'], ['most', 'exactly'], []]);
});
