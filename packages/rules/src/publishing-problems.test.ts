import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishingProblems } from './publishing-problems.ts';
import { ruleOf, rulesetOf } from './ruleset-fixture.ts';
import type { ListUse, Ruleset } from './ruleset.ts';

const features = ['a', 'amountLogZ'];
const list = (id: string): ListUse => ({
  ...{ id, list: 'watch-list', of: 'counterparty', title: 'Watched', severity: 'high', then: 'hold' },
  explanation: 'It is on the list.',
});

function refused(different: Partial<Ruleset>): readonly string[] {
  const problems = publishingProblems({ ...rulesetOf([ruleOf('a', 0.3)]), ...different }, features);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

test('a document with names of its own can be published', () => {
  assert.deepEqual(
    refused({
      constants: { large: 1 },
      definitions: { far: 'a > 1' },
      lists: [list('watched')],
      alertAt: 0.49,
    }),
    [],
  );
});

const taken: readonly (readonly [string, Partial<Ruleset>, string])[] = [
  [
    'a constant',
    { constants: { amountLogZ: 1 } },
    'constants.amountLogZ: "amountLogZ" is the name of a feature',
  ],
  [
    'a definition',
    { definitions: { amountLogZ: 'a > 1' } },
    'definitions.amountLogZ: "amountLogZ" is the name of a feature',
  ],
  ['a list', { lists: [list('a')] }, 'lists.0.id: "a" is the name of a feature'],
  [
    'a definition',
    { definitions: { currency: 'a > 1' } },
    'definitions.currency: "currency" is the name of what the transaction says',
  ],
  [
    'a rule',
    { rules: [ruleOf('unusual_amount', 0.3)] },
    'rules.0.id: "unusual_amount" is the name of a reason of the score',
  ],
  [
    'a list',
    { lists: [list('team_model')] },
    'lists.0.id: "team_model" is the name of a reason of the score',
  ],
];
for (const [what, different, problem] of taken)
  test(`${what} is not published under a name that is taken: ${problem}`, () => {
    assert.deepEqual(refused(different), [problem]);
  });

test('a score from which people are told has to lie below the one that holds', () => {
  const problem = 'alertAt: has to lie below holdAt: what is held is told of anyway';
  assert.deepEqual(refused({ alertAt: 0.5 }), [problem]);
  assert.deepEqual(refused({ alertAt: 0.7 }), [problem]);
});

test('no text of a document hides anything from whoever approves it', () => {
  const hidden = 'holds a character that can not be seen';
  const rule = ruleOf('a', 0.3);
  assert.deepEqual(refused({ rules: [{ ...rule, explanation: 'It is\u001b[8m {a}.' }] }), [
    `rules.0.explanation: ${hidden}`,
  ]);
  assert.deepEqual(refused({ rules: [{ ...rule, when: 'a > 1 //\u202e' }] }), [`rules.0.when: ${hidden}`]);
  assert.deepEqual(refused({ description: 'One line.\n\tAnother, \u{1f3f4}\u200d\u2620.' }), []);
  assert.deepEqual(refused({ rules: [{ ...rule, title: 'A\nsecond' }] }), [
    'rules.0.title: takes more than a line',
  ]);
});
