import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSends } from './check-sends.ts';
import type { History } from './history.ts';
import { damaged, goodHistory, logTransaction, rulesOf } from './small-history.ts';

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(checkSends(goodHistory), []);
});

test('what nobody has acknowledged may be in the log or not', () => {
  const unknown = {
    ...goodHistory.sends[0]!,
    sequence: 50,
    state: 'unknown' as const,
    transaction: 'account-1 t-50',
  };
  assert.deepEqual(checkSends(damaged('sends', (all) => [...all, unknown])), []);
  const there = damaged('sends', (all) => [...all, unknown]);
  assert.deepEqual(checkSends({ ...there, log: [...there.log, logTransaction(50)] }), []);
});

test('one that was given up on and repeated later may stand where it was first sent', () => {
  const sends: History['sends'] = [
    { ...goodHistory.sends[0]!, state: 'unknown' },
    ...goodHistory.sends.slice(1),
    { ...goodHistory.sends[0]!, sequence: 50 },
  ];
  assert.deepEqual(checkSends({ ...goodHistory, sends }), []);
});

test('what ingest sent again after an answer that was lost may stand in the log more often', () => {
  const again = logTransaction(7, { transaction: 'account-1 t-2', identity: 't1_2', said: 'said-2' });
  assert.deepEqual(checkSends(damaged('log', (all) => [...all, again])), []);
});

const bad: readonly (readonly [what: string, history: History, rules: readonly string[]])[] = [
  [
    'an acknowledged transaction that is not in the log',
    damaged('log', (all) => all.slice(0, -1)),
    ['acknowledged_in_log'],
  ],
  [
    'an acknowledged repeat that is not in the log',
    damaged('log', (all) => all.filter(({ offset }) => offset !== 3)),
    ['acknowledged_in_log'],
  ],
  [
    'a malformed line that nobody rejected',
    damaged('rejected', (all) => all.filter(({ origin }) => origin.kind !== 'source')),
    ['malformed_rejected'],
  ],
  [
    'a planted record that has vanished',
    damaged('log', (all) => all.filter(({ kind }) => kind !== 'foreign')),
    ['planted_in_log'],
  ],
  ['a transaction that nobody sent', damaged('log', (all) => [...all, logTransaction(99)]), ['nobody_sent']],
  [
    'an account whose transactions changed places',
    damaged('log', (all) =>
      all.map((entry) =>
        entry.kind !== 'transaction' || (entry.offset !== 2 && entry.offset !== 6)
          ? entry
          : { ...entry, offset: 8 - entry.offset },
      ),
    ),
    ['account_order'],
  ],
];

for (const [what, history, rules] of bad) {
  test(`${what} is found`, () => assert.deepEqual(rulesOf(checkSends(history)), rules));
}
