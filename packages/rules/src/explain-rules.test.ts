import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainRules } from './explain-rules.ts';
import { ruleOf, rulesetOf, someFacts } from './ruleset-fixture.ts';
import type { Rule, Ruleset } from './ruleset.ts';

const plain = (when: string, different: Partial<Rule> = {}): Rule => ({
  ...{ ...ruleOf('a', 0.3), explanation: 'Plain.', when },
  ...different,
});
const explainOne = (
  rule: Rule,
  features: Record<string, number | null>,
  different: Partial<Ruleset> = {},
) => {
  const [explained] = explainRules({ ...rulesetOf([rule]), ...different }, features, someFacts);
  assert.ok(explained);
  return explained;
};

test('a rule is taken apart where it is joined by "and", definitions too, each with what it saw', () => {
  const { outcome, conditions, nearly } = explainOne(
    plain('large && currency == "EUR" && known(c)'),
    { a: 4, b: 2, c: null },
    { constants: { three: 3 }, definitions: { large: 'a >= three && b > 2.5' } },
  );
  assert.equal(outcome, 'quiet');
  assert.equal(nearly, false);
  assert.deepEqual(conditions, [
    { text: 'a >= 3', holds: true, values: [{ name: 'a', value: 4 }], margin: 1 / 3 },
    { text: 'b > 2.5', holds: false, values: [{ name: 'b', value: 2 }], margin: -0.2 },
    { text: 'currency == "EUR"', holds: true, values: [{ name: 'currency', value: 'EUR' }] },
    { text: 'known(c)', holds: false, values: [{ name: 'c', value: null }] },
  ]);
});

for (const [b, expected] of [
  [2.5, true],
  [2, true],
  [1.9, false],
  [null, false],
] as const)
  test(`one condition alone that sees ${String(b)} where 2.5 is needed is ${expected ? '' : 'not '}nearly`, () => {
    assert.equal(explainOne(plain('a >= 3 && b > 2.5'), { a: 4, b }).nearly, expected);
  });

test('two conditions that fail are not nearly, nor is a rule that fired', () => {
  assert.equal(explainOne(plain('a >= 3 && b > 2.5'), { a: 2.9, b: 2.4 }).nearly, false);
  assert.equal(explainOne(plain('a >= 3 && b > 2.5'), { a: 3, b: 2.6 }).nearly, false);
});

test('a threshold that stands on the left is one too', () => {
  assert.equal(explainOne(plain('3 <= a'), { a: 2.7 }).conditions[0]?.margin?.toFixed(3), '-0.100');
});

test('conditions written as a list are explained alike', () => {
  const { conditions } = explainOne(ruleOf('a', 0.3), { a: 2 });
  assert.deepEqual(conditions, [
    { text: 'a >= 1', holds: true, values: [{ name: 'a', value: 2 }], margin: 1 },
  ]);
});

test('a rule that does not look, and one whose feature is missing, say so', () => {
  assert.equal(
    explainOne(plain('a > 1', { scope: { currencies: ['USD'] } }), { a: 2 }).outcome,
    'outOfScope',
  );
  assert.equal(explainOne(plain('a > 1'), { b: 2 }).outcome, 'failed');
  assert.equal(explainOne(plain('a > 1'), { a: NaN }).outcome, 'failed');
});

test('lists that do something are told before the rules, those that only expressions ask are not', () => {
  const list = {
    id: 'watched',
    list: 'watched',
    of: 'counterparty',
    title: 'Watched',
    severity: 'high',
  } as const;
  const ruleset: Ruleset = {
    ...rulesetOf([plain('others', { mode: 'shadow', then: 'alert' })]),
    lists: [
      { ...list, then: 'hold', explanation: 'Watched.' },
      { ...list, id: 'others', then: 'nothing', explanation: 'Others.' },
    ],
  };
  const facts = { ...someFacts, isOnList: (id: string) => (id === 'watched' ? true : undefined) };
  assert.deepEqual(
    explainRules(ruleset, {}, facts).map(({ id, act, isShadow, outcome }) => [id, act, isShadow, outcome]),
    [
      ['watched', 'hold', false, 'fired'],
      ['a', 'alert', true, 'failed'],
    ],
  );
});
