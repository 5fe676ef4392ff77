import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJournal } from './check-journal.ts';
import { checkVerdictOrder } from './check-order.ts';
import { checkReference } from './check-reference.ts';
import type { History, JournalEntry } from './history.ts';
import { indexHistory } from './index-history.ts';
import { damaged, goodHistory, rejectionOf, rulesOf, verdictOf } from './small-history.ts';

const check = (history: History) => checkJournal(history, indexHistory(history));
const [first, second] = goodHistory.journal as [JournalEntry, JournalEntry];

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(check(goodHistory), []);
  assert.deepEqual(checkVerdictOrder(goodHistory), []);
});

test('a gap in the journal is a loss, an overlap a doubling', () => {
  const gap = check(damaged('journal', () => [first, { ...second, from: 4 }]));
  assert.deepEqual(
    gap.map(({ rule, damage }) => [rule, damage]),
    [['journal_joins', 'lost']],
  );
  const overlap = check(damaged('journal', () => [first, { ...second, from: 2 }]));
  assert.deepEqual(
    overlap.map(({ rule, damage }) => [rule, damage]),
    [['journal_joins', 'doubled']],
  );
  const late = check(damaged('journal', () => [{ ...first, from: 1 }, second]));
  assert.deepEqual(rulesOf(late), ['journal_joins']);
});

test('a journal that begins later joins to where the history begins', () => {
  const later = { ...damaged('journal', () => [second]), start: new Map([[0, 3]]) };
  assert.deepEqual(check(later), []);
  assert.deepEqual(rulesOf(check({ ...later, start: new Map([[0, 2]]) })), ['journal_joins']);
});

test('a verdict other than the journal names is found', () => {
  const other = damaged('published', (all) => [
    verdictOf(1, 'cleared', { digest: 'other' }),
    ...all.slice(1),
  ]);
  assert.deepEqual(rulesOf(check(other)), ['journal_digest']);
  const kind = damaged('published', (all) => [verdictOf(1, 'held', { digest: 'digest-1' }), ...all.slice(1)]);
  assert.deepEqual(rulesOf(check(kind)), ['journal_digest']);
  const code = damaged('rejected', (all) => [rejectionOf(4, { code: 'not_sealed' }), ...all.slice(1)]);
  assert.deepEqual(rulesOf(check(code)), ['journal_digest']);
});

test('a duplicate of the wrong transaction is found', () => {
  const [duplicate, ...rest] = second.decisions;
  const wrong = damaged('journal', () => [
    first,
    {
      ...second,
      decisions: [{ ...duplicate!, outcome: 'duplicate', firstOffset: 2 }, ...rest],
    },
  ]);
  assert.deepEqual(rulesOf(check(wrong)), ['journal_digest']);
});

test('verdicts out of order, or about one offset twice, are found', () => {
  const swapped = damaged('published', () => [verdictOf(6, 'cleared', { offset: 1 }), verdictOf(1)]);
  assert.deepEqual(rulesOf(checkVerdictOrder(swapped)), ['verdict_order']);
  const twice = damaged('published', (all) => [...all, verdictOf(6, 'cleared', { offset: 99 })]);
  assert.deepEqual(rulesOf(checkVerdictOrder(twice)), ['verdict_order']);
});

test('a decision that an undisturbed run makes otherwise, or not at all, is found', () => {
  const upTo = new Map([[0, 7]]);
  assert.deepEqual(
    checkReference(
      goodHistory,
      { journal: [{ ...first, to: 7, decisions: [...first.decisions, ...second.decisions] }] },
      upTo,
    ),
    [],
  );
  const others: readonly (readonly JournalEntry[])[] = [
    [first],
    [
      first,
      {
        ...second,
        decisions: second.decisions.map((one) => ('digest' in one ? { ...one, digest: 'other' } : one)),
      },
    ],
    [
      first,
      {
        ...second,
        decisions: [
          ...second.decisions.slice(0, 1),
          { offset: 4, outcome: 'duplicate', firstOffset: 1 },
          ...second.decisions.slice(2),
        ],
      },
    ],
  ];
  for (const journal of others) {
    assert.deepEqual(rulesOf(checkReference(goodHistory, { journal }, upTo)), ['same_as_undisturbed']);
  }
  assert.deepEqual(checkReference(goodHistory, { journal: [first] }, new Map([[0, 3]])), []);
});

test('a flagged transaction is journalled as one, and what is journalled so is flagged', () => {
  const alerting = first.decisions.map((decision) =>
    decision.offset === 1 && decision.outcome === 'cleared'
      ? { ...decision, alert: true as const }
      : decision,
  );
  const journalled = damaged('journal', () => [{ ...first, decisions: alerting }, second]);
  assert.deepEqual(rulesOf(check(journalled)), ['journal_digest']);
  const published = [...goodHistory.published, verdictOf(1, 'flagged')];
  assert.deepEqual(check({ ...journalled, published }), []);
  assert.deepEqual(rulesOf(check({ ...goodHistory, published })), ['journal_digest']);
});
