import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRuleset } from './check-ruleset.ts';
import { writeTerm } from './expression/write-term.ts';
import { readRuleset } from './read-ruleset.ts';
import { ruleOf, rulesetOf } from './ruleset-fixture.ts';

const features = ['a', 'b', 'amountLogZ'];
const rule = ruleOf('a', 0.3);
const list = {
  ...{
    id: 'watched',
    list: 'watch-list',
    of: 'counterparty',
    title: 'Watched',
    severity: 'high',
    then: 'hold',
  },
  explanation: 'It is on the list.',
};
const document = {
  ...rulesetOf([rule]),
  title: 'Ours',
  alertAt: 0.2,
  constants: { large: 3 },
  definitions: { unusual: 'a >= large && amountLogZ >= 1' },
  lists: [list, { ...list, id: 'staff', list: 'staff', of: 'account', then: 'nothing' }],
  rules: [
    rule,
    {
      ...{ ...rule, id: 'b', when: 'unusual || watched', then: 'alert', mode: 'shadow' },
      scope: { currencies: ['EUR'], exceptAccountGroups: ['staff'] },
      schedule: { days: ['sat', 'sun'], hours: { from: '22:00', to: '06:00' }, utcOffset: '+01:00' },
      typology: 'mule',
      source: 'Somebody, 2024',
    },
  ],
  tests: [{ name: 'an ordinary one', given: [{ amount: '10.00' }], expect: { outcome: 'cleared' } }],
};

test('a document with everything in it is read as it is', () => {
  assert.deepEqual(readRuleset(structuredClone(document), features), { ok: true, ruleset: document });
});

const withRule = (different: object, of: object = {}) => ({
  ...rulesetOf([]),
  ...of,
  rules: [{ ...rule, ...different }],
});

for (const [what, body, path, message] of [
  [
    'a feature nobody computes',
    withRule({ when: 'amuontLogZ > 1' }),
    'rules.0.when',
    /did you mean "amountLogZ"/,
  ],
  [
    'a condition on a feature nobody computes',
    withRule({ when: [{ feature: 'amountLogz', atLeast: 1 }] }),
    'rules.0.when.0.feature',
    /no feature "amountLogz"; did you mean "amountLogZ"/,
  ],
  [
    'a placeholder that is no feature',
    withRule({ explanation: 'It is {amountLog}.' }),
    'rules.0.explanation',
    /"amountLog"; did you mean "amountLogZ"/,
  ],
  [
    'a span that the plan has no window for, in an expression',
    withRule({ when: 'count_60d > 5' }),
    'rules.0.when',
    /window over 60d into force first \("weir windows rebuild --plan"\)/,
  ],
  [
    'a span that the plan has no window for, asked whether it is known',
    withRule({ when: 'known(sumMinor_90d)' }),
    'rules.0.when',
    /window over 90d into force first \("weir windows rebuild --plan"\)/,
  ],
  [
    'a span that the plan has no window for, in a condition',
    withRule({ when: [{ feature: 'count_60d', atLeast: 1 }] }),
    'rules.0.when.0.feature',
    /window over 60d into force first \("weir windows rebuild --plan"\)/,
  ],
  [
    'a span that the plan has no window for, in words',
    withRule({ explanation: 'So many: {count_60d}.' }),
    'rules.0.explanation',
    /window over 60d into force first \("weir windows rebuild --plan"\)/,
  ],
  [
    'definitions that come round',
    withRule({}, { definitions: { one: 'two', two: 'one' } }),
    'definitions.two',
    /one → two → one/,
  ],
  ['a weight that is text', withRule({ weight: '0.3' }), 'rules.0.weight', /expected number/],
  ['a weight that is no number', withRule({ weight: NaN }), 'rules.0.weight', /expected number/],
  ['a rule without a weight', withRule({ weight: undefined }), 'rules.0.weight', /needs a weight/],
  [
    'two rules of one name',
    { ...rulesetOf([rule, { ...rule }]) },
    'rules.1.id',
    /"a" is the id of an earlier rule/,
  ],
  [
    'a rule that scores beside a model',
    withRule({ then: 'score' }, { scoring: 'model' }),
    'rules.0.then',
    /the score comes from the model/,
  ],
  ['conditions that are none', withRule({ when: 7 }), 'rules.0.when', /neither an expression nor/],
  [
    'a condition without a comparison',
    withRule({ when: [{ feature: 'a' }] }),
    'rules.0.when.0',
    /atLeast \| atMost \| equals/,
  ],
  [
    'a threshold that is text',
    withRule({ when: [{ feature: 'a', atLeast: '3' }] }),
    'rules.0.when.0.atLeast',
    /expected number/,
  ],
  ['an expression that is too long', withRule({ when: `a > ${'1'.repeat(1_000)}` }), 'rules.0.when', /1000/],
  [
    'an expression that runs long',
    withRule({ when: '[1].all(x, x > a)' }),
    'rules.0.when',
    /"all" is no function/,
  ],
  ['an expression that matches', withRule({ when: '"a".matches("(a+)+")' }), 'rules.0.when', /"matches"/],
  [
    'a group that is no list',
    withRule({ scope: { accountGroups: ['staff'] } }),
    'rules.0.scope.accountGroups.0',
    /no list of accounts "staff"/,
  ],
  [
    'a group that is a list of counterparties',
    withRule({ scope: { accountGroups: ['watched'] } }, { lists: [list] }),
    'rules.0.scope.accountGroups.0',
    /no list of accounts/,
  ],
  [
    'a rule named as a list',
    withRule({ id: 'watched' }, { lists: [list] }),
    'rules.0.id',
    /the id of a list/,
  ],
  ['two lists of one name', withRule({}, { lists: [list, list] }), 'lists.1.id', /a list already/],
  [
    'a time of day that is none',
    withRule({ schedule: { hours: { from: '24:00', to: '01:00' } } }),
    'rules.0.schedule.hours.from',
    /./,
  ],
] as const)
  test(`a document with ${what} is refused at "${path}" with words`, () => {
    const outcome = readRuleset(body, features);
    assert.ok(!outcome.ok);
    assert.deepEqual(
      outcome.problems.map((problem) => problem.path),
      [path],
    );
    assert.match(outcome.problems[0].message, message);
  });

test('within an expression the character is told', () => {
  const outcome = readRuleset(withRule({ when: 'a > 1 && bb > 2' }), features);
  assert.ok(!outcome.ok);
  assert.equal(outcome.problems[0].at, 9);
});

test('what was published stays readable where a later release has a feature of one of its names, which go first', () => {
  const body = {
    ...rulesetOf([{ ...rule, when: 'a >= large && soon' }]),
    constants: { large: 3 },
    definitions: { soon: 'a <= 9' },
  };
  const { terms, problems } = checkRuleset(body, [...features, 'large', 'soon']);
  assert.deepEqual(problems, []);
  assert.equal(terms[0] && writeTerm(terms[0]), 'a >= 3 && a <= 9');
});
