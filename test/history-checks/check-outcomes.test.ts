import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOutcomes } from './check-outcomes.ts';
import type { History } from './history.ts';
import { indexHistory } from './index-history.ts';
import { damaged, goodHistory, logTransaction, rejectionOf, rulesOf, verdictOf } from './small-history.ts';

const check = (history: History) => checkOutcomes(history, indexHistory(history));
const goals = (history: History): string[] =>
  [...new Set(check(history).map(({ damage }) => damage))].toSorted();

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(check(goodHistory), []);
});

const bad: readonly (readonly [
  what: string,
  history: History,
  rules: readonly string[],
  damage: readonly string[],
])[] = [
  ['a transaction without a verdict', damaged('published', (all) => all.slice(1)), ['an_outcome'], ['lost']],
  [
    'a transaction cleared twice',
    damaged('published', (all) => [...all, verdictOf(1, 'cleared', { offset: 99 })]),
    ['one_verdict'],
    ['doubled'],
  ],
  [
    'a transaction both cleared and held',
    damaged('published', (all) => [...all, verdictOf(1, 'held')]),
    ['cleared_and_held'],
    ['conflicting'],
  ],
  [
    'a transaction cleared and rejected',
    damaged('rejected', (all) => [...all, rejectionOf(1)]),
    ['verdict_and_rejection'],
    ['conflicting'],
  ],
  [
    'a record rejected twice',
    damaged('rejected', (all) => [...all, rejectionOf(5, { offset: 99 })]),
    ['one_rejection'],
    ['doubled'],
  ],
  [
    "a stranger's record that nobody rejected",
    damaged('rejected', (all) => all.filter(({ code }) => code !== 'not_sealed')),
    ['an_outcome'],
    ['lost'],
  ],
  [
    "a stranger's record with a verdict",
    damaged('published', (all) => [...all, verdictOf(5)]),
    ['expected_outcome', 'verdict_and_rejection'],
    ['conflicting'],
  ],
  [
    'a repeat with a verdict of its own',
    damaged('published', (all) => [...all, verdictOf(3, 'cleared', { identity: 't1_1' })]),
    ['expected_outcome'],
    ['conflicting'],
  ],
  [
    'a contradiction that was cleared',
    {
      ...damaged('rejected', (all) => all.filter(({ code }) => code !== 'conflicting_duplicate')),
      published: [...goodHistory.published, verdictOf(4, 'cleared', { identity: 't1_1' })],
    },
    ['expected_outcome'],
    ['conflicting'],
  ],
  [
    'a control record with a verdict',
    damaged('published', (all) => [...all, verdictOf(0)]),
    ['expected_outcome'],
    ['conflicting'],
  ],
  [
    'a verdict that names another transaction',
    damaged('published', (all) => [verdictOf(1, 'cleared', { identity: 't1_other' }), ...all.slice(1)]),
    ['verdict_of_another'],
    ['conflicting'],
  ],
  [
    'a verdict about an offset without a record',
    damaged('published', (all) => [...all, verdictOf(77)]),
    ['outcome_of_nothing'],
    ['conflicting'],
  ],
  [
    'a rejection about an offset without a record',
    damaged('rejected', (all) => [...all, rejectionOf(77)]),
    ['outcome_of_nothing'],
    ['conflicting'],
  ],
  [
    "a verdict in a partition that isn't its transaction's",
    damaged('published', (all) => [verdictOf(1, 'cleared', { partition: 3 }), ...all.slice(1)]),
    ['own_partition'],
    ['conflicting'],
  ],
  [
    "a record the journal doesn't account for",
    damaged('log', (all) => [...all, logTransaction(7)]),
    ['an_outcome', 'journal_accounts'],
    ['lost'],
  ],
  [
    'a record the journal decides twice',
    damaged('journal', (all) => [...all, ...all.slice(1)]),
    ['decided_once'],
    ['doubled'],
  ],
  [
    'a record the journal calls something else',
    damaged('journal', (all) => [
      {
        ...all[0]!,
        decisions: [
          { offset: 0, outcome: 'control' },
          { offset: 1, outcome: 'duplicate', firstOffset: 0 },
          ...all[0]!.decisions.slice(2),
        ],
      },
      ...all.slice(1),
    ]),
    ['journal_agrees'],
    ['conflicting'],
  ],
  [
    "a record of a topic of ours that can't be read",
    damaged('unreadable', () => [{ topic: 'transactions.held.v1', partition: 0, offset: 3 }]),
    ['readable'],
    ['conflicting'],
  ],
];

for (const [what, history, rules, damage] of bad) {
  test(`${what} is found`, () => {
    assert.deepEqual(rulesOf(check(history)), rules);
    assert.deepEqual(goals(history), damage);
  });
}

const laterPart: History = {
  ...goodHistory,
  start: new Map([[0, 3]]),
  judgeFrom: new Map([[0, 5]]),
  log: goodHistory.log.filter(({ offset }) => offset >= 3),
  published: goodHistory.published.filter(({ sourceOffset }) => sourceOffset >= 3),
  rejected: goodHistory.rejected.filter(({ origin }) => origin.kind === 'topic'),
  journal: goodHistory.journal.slice(1),
};

test('a history that begins later is judged from where it is to be judged', () => {
  assert.deepEqual(check(laterPart), []);
  const unjudged = laterPart.rejected.filter(({ code }) => code !== 'conflicting_duplicate');
  assert.deepEqual(check({ ...laterPart, rejected: unjudged }), []);
  assert.deepEqual(rulesOf(check({ ...laterPart, rejected: [] })), ['an_outcome']);
});

test('an outcome of what was settled before the history begins is a doubling', () => {
  for (const change of [
    { published: [...laterPart.published, verdictOf(1, 'cleared', { offset: 99 })] },
    { rejected: [...laterPart.rejected, rejectionOf(1, { offset: 99 })] },
  ]) {
    const violations = check({ ...laterPart, ...change });
    assert.deepEqual(
      violations.map(({ rule, damage }) => [rule, damage]),
      [['settled_before', 'doubled']],
    );
  }
});
