import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListUse, Rule, Ruleset } from '@weir/rules';
import { diffRulesets } from './diff-rulesets.ts';

const when = "count_1h >= 5 && (velocityRatio_1h >= 3.5 || currency == 'EUR')";

const ruleOf = (different: Partial<Rule> = {}): Rule => ({
  id: 'burst',
  title: 'Burst',
  severity: 'high',
  weight: 0.6,
  when,
  explanation: 'Many.',
  ...different,
});

const rulesetOf = (different: Partial<Ruleset> = {}): Ruleset => ({
  ref: 'payments@1',
  holdAt: 0.5,
  rules: [ruleOf()],
  ...different,
});

test('a ruleset does not differ from itself under another version', () => {
  assert.deepEqual(diffRulesets(rulesetOf(), rulesetOf({ ref: 'payments@2' })), []);
});

test('a threshold that changes is told with what it is the threshold of', () => {
  const [change, ...others] = diffRulesets(
    rulesetOf(),
    rulesetOf({ rules: [ruleOf({ when: "count_1h >= 5 && (velocityRatio_1h >= 4 || currency == 'EUR')" })] }),
  );
  assert.deepEqual(others, []);
  assert.equal(change?.path, 'rules.burst.when');
  assert.deepEqual(change?.thresholds, [{ of: 'velocityRatio_1h >=', from: 3.5, to: 4 }]);
});

test('another expression is told as a whole, and one with other blanks alone not at all', () => {
  const other = "count_24h >= 5 && (velocityRatio_1h >= 4 || currency == 'EUR')";
  assert.equal(
    diffRulesets(rulesetOf(), rulesetOf({ rules: [ruleOf({ when: other })] }))[0]?.thresholds,
    undefined,
  );
  const spaced = `${when.replaceAll(' ', '\n  ')}\n`;
  assert.deepEqual(diffRulesets(rulesetOf(), rulesetOf({ rules: [ruleOf({ when: spaced })] })), []);
});

test('a number in a name is no threshold', () => {
  const [from, to] = ['limit2', 'limit3'].map((name) =>
    rulesetOf({ definitions: { many: `count_1h >= ${name}` } }),
  );
  assert.ok(from && to);
  assert.equal(diffRulesets(from, to)[0]?.thresholds, undefined);
});

test('conditions that become the same expression are no change, and their thresholds are found', () => {
  const conditions = rulesetOf({ rules: [ruleOf({ when: [{ feature: 'count_1h', atLeast: 5 }] })] });
  const expression = rulesetOf({ rules: [ruleOf({ when: 'count_1h >= 5' })] });
  assert.deepEqual(diffRulesets(conditions, expression), []);
  const lower = rulesetOf({ rules: [ruleOf({ when: [{ feature: 'count_1h', atLeast: 4 }] })] });
  assert.deepEqual(diffRulesets(conditions, lower)[0]?.thresholds, [{ of: 'count_1h >=', from: 5, to: 4 }]);
});

test('rules that come, go and change are told by id and field', () => {
  const from = rulesetOf({ rules: [ruleOf(), ruleOf({ id: 'old', when: 'count_1m >= 2' })] });
  const to = rulesetOf({
    alertAt: 0.3,
    holdAt: 0.6,
    rules: [ruleOf({ weight: 0.7, mode: 'shadow' }), ruleOf({ id: 'new', when: 'count_7d >= 9' })],
  });
  assert.deepEqual(
    diffRulesets(from, to).map(({ kind, path, from: before, to: after }) => [kind, path, before, after]),
    [
      ['changed', 'holdAt', '0.5', '0.6'],
      ['added', 'alertAt', undefined, '0.3'],
      ['changed', 'rules.burst.weight', '0.6', '0.7'],
      ['added', 'rules.burst.mode', undefined, 'shadow'],
      ['removed', 'rules.old', 'count_1m >= 2\nweight: 0.6', undefined],
      ['added', 'rules.new', undefined, 'count_7d >= 9\nweight: 0.6'],
    ],
  );
});

test('constants, definitions, lists and tests are told by name, and another order of rules once', () => {
  const two = [ruleOf(), ruleOf({ id: 'other' })];
  const from = rulesetOf({ constants: { limit: 5 }, definitions: { often: 'count_1h >= 5' }, rules: two });
  const to = rulesetOf({
    constants: { limit: 6 },
    definitions: { often: 'count_1h >= 6' },
    rules: two.toReversed(),
    tests: [{ name: 'one', given: [{ amount: '1.00' }], expect: { outcome: 'cleared' } }],
  });
  assert.deepEqual(
    diffRulesets(from, to).map(({ path }) => path),
    ['constants.limit', 'definitions.often', 'rules (order)', 'tests.one'],
  );
});

test('what a comment takes in is told, for it ends where its line does', () => {
  const [whole, cut] = [
    'count_1h >= 5 // often\n&& count_1m >= 2',
    'count_1h >= 5 // often && count_1m >= 2',
  ].map((text) => rulesetOf({ rules: [ruleOf({ when: text })] }));
  assert.ok(whole && cut);
  const [change] = diffRulesets(whole, cut);
  assert.deepEqual(
    [change?.path, change?.from, change?.to],
    [
      'rules.burst.when',
      'count_1h >= 5 // often\n&& count_1m >= 2',
      'count_1h >= 5 // often && count_1m >= 2',
    ],
  );
});

test('of what is added it is told what it does: a list that clears is no list that holds', () => {
  const list: ListUse = {
    ...{ id: 'friends', list: 'friends', of: 'account', title: 'Friends', severity: 'low', then: 'clear' },
    explanation: 'A friend.',
  };
  const to = rulesetOf({
    lists: [list],
    rules: [ruleOf(), ruleOf({ id: 'new', then: 'alert', mode: 'shadow' })],
  });
  assert.deepEqual(
    diffRulesets(rulesetOf(), to).map(({ path, to: words }) => [path, words?.split('\n')]),
    [
      ['lists.friends', ['friends', 'of: account', 'then: clear']],
      ['rules.new', [when, 'then: alert', 'weight: 0.6', 'mode: shadow']],
    ],
  );
});
