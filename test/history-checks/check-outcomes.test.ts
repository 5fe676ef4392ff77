import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOutcomes } from './check-outcomes.ts';
import { checkPartitions } from './check-partitions.ts';
import type { History } from './history.ts';
import { indexHistory } from './index-history.ts';
import {
  damaged,
  goodHistory,
  logTransaction,
  rejectionOf,
  rulesOf,
  underSmallPlan,
  verdictOf,
} from './small-history.ts';

const check = (history: History) => checkOutcomes(history, indexHistory(history));
const goals = (history: History): string[] =>
  [...new Set(check(history).map(({ damage }) => damage))].toSorted();

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(check(goodHistory), []);
});

/** Transaction 1 stands in another partition again, and was decided there as if it were new. */
const repeated = logTransaction(2, {
  partition: 1,
  transaction: 'account-1 t-1',
  identity: 't1_1',
  said: 'said-1',
});
const elsewhere: History = {
  ...goodHistory,
  log: [...goodHistory.log, repeated],
  published: [
    ...goodHistory.published,
    verdictOf(2, 'cleared', { partition: 1, sourcePartition: 1, identity: 't1_1' }),
  ],
  journal: [
    ...goodHistory.journal,
    {
      partition: 1,
      offset: 0,
      from: 0,
      to: 3,
      ...underSmallPlan,
      featureNames: [],
      decisions: [{ offset: 2, outcome: 'cleared', score: 0, reasons: [], features: [], digest: 'digest-2' }],
    },
  ],
};

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
    ['own_code', 'verdict_and_rejection'],
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
    ['decided_elsewhere', 'expected_outcome'],
    ['conflicting', 'doubled'],
  ],
  [
    'a contradiction that was cleared',
    {
      ...damaged('rejected', (all) => all.filter(({ code }) => code !== 'conflicting_duplicate')),
      published: [...goodHistory.published, verdictOf(4, 'cleared', { identity: 't1_1' })],
    },
    ['decided_elsewhere', 'expected_outcome'],
    ['conflicting', 'doubled'],
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
    'a decision about an offset without a record',
    damaged('journal', (all) => [
      ...all,
      {
        ...all[1]!,
        from: 7,
        to: 78,
        decisions: [{ offset: 77, outcome: 'control' as const }],
      },
    ]),
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
    "a stranger's record that was refused for another reason than its own",
    damaged('rejected', (all) =>
      all.map((one) => (one.code === 'not_sealed' ? { ...one, code: 'null_value' } : one)),
    ),
    ['own_code'],
    ['conflicting'],
  ],
  [
    "a stranger's record, of whom nothing more is known, that was refused as a contradiction",
    {
      ...goodHistory,
      planted: [],
      rejected: goodHistory.rejected.map((one) =>
        one.code === 'not_sealed' ? { ...one, code: 'conflicting_duplicate' } : one,
      ),
    },
    ['own_code'],
    ['conflicting'],
  ],
  [
    'a contradiction that was refused for another reason',
    damaged('rejected', (all) =>
      all.map((one) => (one.code === 'conflicting_duplicate' ? { ...one, code: 'contract_violation' } : one)),
    ),
    ['own_code'],
    ['conflicting'],
  ],
  [
    'a repeat in another partition with a verdict of its own',
    elsewhere,
    ['decided_elsewhere', 'expected_outcome', 'journal_agrees'],
    ['conflicting', 'doubled'],
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

test('a verdict that may be too large may be a refusal for that reason, and for no other', () => {
  const failed = (code: 'processing_failed' | 'contract_violation', mayBeTooLarge: boolean): History => ({
    ...goodHistory,
    log: goodHistory.log.map((entry) => (entry.offset === 6 ? logTransaction(6, { mayBeTooLarge }) : entry)),
    published: goodHistory.published.slice(0, -1),
    rejected: [...goodHistory.rejected, rejectionOf(6, { code })],
    journal: goodHistory.journal.map((entry) => ({
      ...entry,
      decisions: entry.decisions.map((one) =>
        one.offset === 6 ? { offset: 6, outcome: 'rejected' as const, code } : one,
      ),
    })),
  });
  assert.deepEqual(check(failed('processing_failed', true)), []);
  assert.deepEqual(rulesOf(check(failed('contract_violation', true))), ['own_code']);
  assert.deepEqual(rulesOf(check(failed('processing_failed', false))), [
    'expected_outcome',
    'journal_agrees',
  ]);
});

test('an account that stands in two partitions is found, whichever was there first', () => {
  assert.deepEqual(checkPartitions(goodHistory, []), []);
  assert.deepEqual(rulesOf(checkPartitions(elsewhere, [])), ['one_partition']);
  const known = checkPartitions(goodHistory, ['0 a1_account']);
  assert.deepEqual(known, []);
  assert.deepEqual(rulesOf(checkPartitions(goodHistory, ['3 a1_account'])), ['one_partition']);
});

test('a flagged transaction is a cleared one, and flagged once', () => {
  const flagged = (change: (published: History['published']) => History['published']) =>
    rulesOf(check(damaged('published', (published) => change([...published, verdictOf(1, 'flagged')]))));
  assert.deepEqual(
    flagged((published) => published),
    [],
  );
  assert.deepEqual(
    flagged((published) => [...published, verdictOf(1, 'flagged')]),
    ['flagged_once'],
  );
  assert.deepEqual(
    flagged((published) => [...published, verdictOf(2, 'flagged')]),
    ['flagged_is_cleared'],
  );
});
