import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '@weir/contracts';
import { checkJudgedWindows, checkStoredWindows, rememberedAccounts } from './check-windows.ts';
import type { JournalEntry } from './history.ts';
import { indexHistory } from './index-history.ts';
import { naiveRecord, naiveWindows } from './naive-windows.ts';
import type { NaiveRecord } from './naive-windows.ts';
import { goodHistory, logTransaction, rulesOf } from './small-history.ts';

const minuteMs = 60_000;
const plan = {
  spans: [
    { name: '2m', spanMs: 2 * minuteMs },
    { name: '1h', spanMs: 60 * minuteMs },
  ],
  allowedLatenessMs: minuteMs,
  futureToleranceMs: minuteMs,
};
const accounts = rememberedAccounts(goodHistory, indexHistory(goodHistory));
const record = (minute: number, change: Partial<NaiveRecord> = {}): NaiveRecord => ({
  ...naiveRecord(logTransaction(minute)),
  ...change,
});

test('a window holds what happened within its span, the early end left out and the late one in', () => {
  const before = [record(0), record(8), record(9), record(10, { offset: 11 })];
  const windows = naiveWindows(record(10, { offset: 12 }), before, plan);
  assert.equal(windows['count_2m'], 2);
  assert.equal(windows['sumMinor_2m'], 109 + 110);
  assert.equal(windows['count_1h'], 4);
});

test('other currencies and directions, and what happened later, are left out', () => {
  const others = [record(1, { currency: 840 }), record(1, { creditDebitIndicator: 'CRDT' }), record(5)];
  assert.equal(naiveWindows(record(2), others, plan)['count_1h'], 0);
});

test('counterparties are counted once each, and none is none', () => {
  const before = ['', '', 'aa', 'aa', 'bb'].map((counterparty, at) => record(at, { counterparty }));
  assert.equal(naiveWindows(record(5), before, plan)['distinctCounterparties_1h'], 2);
});

test('what lies further back than the longest span and the lateness from the latest observation is not seen', () => {
  const late = record(1, { offset: 100 });
  const before = [record(0), record(70)];
  assert.equal(naiveWindows(late, before, plan)['count_1h'], 0);
  assert.equal(naiveWindows(late, [record(0), record(60)], plan)['count_1h'], 1);
});

test("repeats, contradictions and strangers' records are in no window", () => {
  const offsets = [...accounts.values()].flat().map(({ offset }) => offset);
  assert.deepEqual(offsets, [1, 2, 6]);
});

const named = naiveWindows(record(2), [record(1)], plan);
const judged = (features: Readonly<Record<string, number>>): JournalEntry[] => [
  {
    partition: 0,
    offset: 0,
    from: 0,
    to: 3,
    featureNames: Object.keys(features),
    decisions: [
      {
        offset: 2,
        outcome: 'cleared',
        score: 0,
        reasons: [],
        digest: '',
        features: Object.values(features),
      } satisfies Decision,
    ],
  },
];

test('windows the journal tells right break no rule, and any number that is off does', () => {
  assert.deepEqual(checkJudgedWindows(accounts, judged(named), plan), []);
  for (const name of Object.keys(named)) {
    const wrong = judged({ ...named, [name]: (named[name] ?? 0) + 1 });
    assert.deepEqual(rulesOf(checkJudgedWindows(accounts, wrong, plan)), ['windows_judged_by'], name);
  }
  const { count_1h: _left, ...fewer } = named;
  assert.deepEqual(rulesOf(checkJudgedWindows(accounts, judged(fewer), plan)), ['windows_judged_by']);
});

test('what was recomputed once is left alone', () => {
  const wrong = judged({ ...named, amountMinor: 1 });
  assert.deepEqual(checkJudgedWindows(accounts, wrong, plan, new Map([[0, 3]])), []);
});

const expected = [...accounts.values()].flat().map(naiveRecord);
const stored = (records: readonly NaiveRecord[], account = 'a1_account') =>
  new Map([[0, new Map([[account, records]])]]);
const check = (records: readonly NaiveRecord[]) => checkStoredWindows(accounts, stored(records), plan);

test('a store that holds what the log says breaks no rule', () => {
  assert.deepEqual(check(expected), []);
});

test('a record that is missing, changed, doubled, out of order or of nobody is found', () => {
  const [first, second, third] = expected as [NaiveRecord, NaiveRecord, NaiveRecord];
  const damages = [
    [second, third],
    [first, second],
    [],
    [first, { ...second, amountMinor: 7 }, third],
    [first, second, second, third],
    [second, first, third],
    [first, second, { ...third, offset: 5 }, third],
  ];
  for (const records of damages) assert.deepEqual(rulesOf(check(records)), ['windows_stored']);
  const stranger = new Map([
    [
      0,
      new Map([
        ['a1_account', expected],
        ['a1_other', [first]],
      ]),
    ],
  ]);
  assert.deepEqual(rulesOf(checkStoredWindows(accounts, stranger, plan)), ['windows_stored']);
});

test('a record that nothing sees any more may be there or not', () => {
  const old = logTransaction(1);
  const latest = logTransaction(200);
  const two = new Map([['0 a1_account', [old, latest]]]);
  const both = [naiveRecord(old), naiveRecord(latest)];
  assert.deepEqual(checkStoredWindows(two, stored(both), plan), []);
  assert.deepEqual(checkStoredWindows(two, stored(both.slice(1)), plan), []);
  assert.deepEqual(rulesOf(checkStoredWindows(two, stored(both.slice(0, 1)), plan)), ['windows_stored']);
});
