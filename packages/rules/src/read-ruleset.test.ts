import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureNames } from '@weir/scoring';
import { readRuleset } from './read-ruleset.ts';
import { ruleOf, rulesetOf } from './ruleset-fixture.ts';
import { starterRuleset } from './starter-ruleset.ts';

const good = rulesetOf([ruleOf('a', 0.3), ruleOf('b', 0.4)]);
const [a, b] = good.rules;

const refusals: [string, unknown, string][] = [
  [
    'a feature nobody computes',
    { ...good, rules: [a, { ...b, when: [{ feature: 'z', atLeast: 1 }] }] },
    'rules.1.when.0.feature',
  ],
  [
    'a placeholder that is no feature',
    { ...good, rules: [{ ...a, explanation: 'It is {z}.' }] },
    'rules.0.explanation',
  ],
  ['an empty placeholder', { ...good, rules: [{ ...a, explanation: 'It is {}.' }] }, 'rules.0.explanation'],
  ['an id used twice', { ...good, rules: [a, b, a] }, 'rules.2.id'],
  ['the id of a built-in reason', { ...good, rules: [{ ...a, id: 'rule_failed' }] }, 'rules.0.id'],
  ['a weight of zero', { ...good, rules: [{ ...a, weight: 0 }] }, 'rules.0.weight'],
  ['a weight above one', { ...good, rules: [{ ...a, weight: 1.001 }] }, 'rules.0.weight'],
  ['a weight finer than a thousandth', { ...good, rules: [{ ...a, weight: 0.1234 }] }, 'rules.0.weight'],
  ['a rule without conditions', { ...good, rules: [{ ...a, when: [] }] }, 'rules.0.when'],
  [
    'a condition with two comparisons',
    { ...good, rules: [{ ...a, when: [{ feature: 'a', atLeast: 1, atMost: 2 }] }] },
    'rules.0.when.0',
  ],
  ['a threshold that everything reaches', { ...good, holdAt: 0 }, 'holdAt'],
  ['a version without a number', { ...good, ref: 'starter' }, 'ref'],
  ['an unknown field', { ...good, note: '' }, ''],
  ['no object at all', null, ''],
];

for (const [what, body, path] of refusals) {
  test(`a ruleset with ${what} is refused at "${path}"`, () => {
    const outcome = readRuleset(body, ['a', 'b']);
    assert.ok(!outcome.ok);
    assert.deepEqual(
      outcome.problems.map((problem) => problem.path),
      [path],
    );
  });
}

test('a good ruleset is read as it is', () => {
  assert.deepEqual(readRuleset(structuredClone(good), ['a', 'b']), { ok: true, ruleset: good });
});

test('the starter ruleset passes the checks a ruleset from outside has to pass', () => {
  assert.deepEqual(readRuleset(structuredClone(starterRuleset), featureNames), {
    ok: true,
    ruleset: starterRuleset,
  });
});
