import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '@weir/contracts';
import { checkJudgedWindows, checkStoredWindows, rememberedAccounts } from './check-windows.ts';
import type { JournalEntry } from './history.ts';
import { indexHistory } from './index-history.ts';
import { naiveFeatures } from './naive-features.ts';
import { naiveRecord } from './naive-windows.ts';
import type { NaiveRecord } from './naive-windows.ts';
import { goodHistory, logTransaction, rulesOf, underSmallPlan } from './small-history.ts';

const minuteMs = 60_000;
const plan = {
  ref: 'small@1',
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

const featuresOf = (subject: NaiveRecord, before: readonly NaiveRecord[]) =>
  naiveFeatures({ record: subject, before, minorPerMajor: 100 }, plan);

test('a window holds what happened within its span, the early end left out and the late one in', () => {
  const before = [record(0), record(8), record(9), record(10, { offset: 11 })];
  const features = featuresOf(record(10, { offset: 12 }), before);
  assert.equal(features['count_2m'], 2);
  assert.equal(features['sumMinor_2m'], 109 + 110);
  assert.equal(features['count_1h'], 4);
  assert.equal(features['historyCount'], 4);
});

test('other currencies and directions, and what happened later, are left out', () => {
  const others = [record(1, { currency: 840 }), record(1, { creditDebitIndicator: 'CRDT' }), record(5)];
  const features = featuresOf(record(2), others);
  assert.equal(features['count_1h'], 0);
  assert.equal(features['hoursSinceLast'], 1 / 60);
});

test('counterparties are counted once each, and none is none', () => {
  const before = ['', '', 'aa', 'aa', 'bb'].map((counterparty, at) => record(at, { counterparty }));
  assert.equal(featuresOf(record(5), before)['distinctCounterparties_1h'], 2);
  const newOnes = ['', 'bb', 'cc'].map(
    (counterparty) => featuresOf(record(5, { counterparty }), before)['newCounterparty'],
  );
  assert.deepEqual(newOnes, [null, 0, 1]);
});

test('what compares has no value where there is little to compare with', () => {
  const before = Array.from({ length: 9 }, (_, at) => record(at, { amountMinor: 1_000 }));
  const few = featuresOf(record(9, { amountMinor: 1_000 }), before);
  assert.deepEqual([few['amountLogZ'], few['velocityRatio_2m']], [null, null]);
  const enough = featuresOf(record(10, { amountMinor: 1_000 }), [
    ...before,
    record(9, { amountMinor: 1_000 }),
  ]);
  assert.equal(enough['amountLogZ'], 0);
  assert.equal(enough['velocityRatio_2m'], (1 + 1) / (1 + 10 / 30));
});

test('an amount is held against the geometric mean of the usual ones', () => {
  const before = [99, 399].map((amountMinor, at) => record(at, { amountMinor }));
  const ratio = featuresOf(record(2, { amountMinor: 796 }), before)['amountOverTypical'] ?? 0;
  assert.ok(Math.abs(ratio - 4) < 0.01);
});

test('amounts just below the threshold of reporting are counted where this one is one of them', () => {
  const before = [849_999, 850_000, 999_999, 1_000_000].map((amountMinor, at) => record(at, { amountMinor }));
  assert.equal(featuresOf(record(4, { amountMinor: 900_000 }), before)['nearThresholdCount_24h'], 3);
  assert.equal(featuresOf(record(4, { amountMinor: 1_000_000 }), before)['nearThresholdCount_24h'], 0);
});

test('what lies further back than the longest span and the lateness from the latest observation is not seen', () => {
  const late = record(1, { offset: 100 });
  assert.equal(featuresOf(late, [record(0), record(70)])['count_1h'], 0);
  assert.equal(featuresOf(late, [record(0), record(60)])['count_1h'], 1);
});

test("repeats, contradictions and strangers' records are in no window", () => {
  const offsets = [...accounts.values()].flat().map(({ offset }) => offset);
  assert.deepEqual(offsets, [1, 2, 6]);
});

const under = (windowPlan: string) =>
  ({ ...underSmallPlan, versions: { ruleset: 'rules@1', windowPlan } }) as const;

const named = Object.entries(featuresOf(record(2), [record(1)])).map(
  ([name, value]) => [name, value] as const,
);
const judged = (
  features: readonly (readonly [string, number | null])[],
  change: Partial<JournalEntry> = {},
): JournalEntry[] => [
  {
    partition: 0,
    offset: 0,
    from: 0,
    to: 3,
    ...under(plan.ref),
    featureNames: features.map(([name]) => name),
    decisions: [
      {
        offset: 2,
        outcome: 'cleared',
        score: 0,
        reasons: [],
        digest: '',
        features: features.map(([, value]) => value),
      } satisfies Decision,
    ],
    ...change,
  },
];
const rulesOfJudged = (journal: readonly JournalEntry[]): string[] =>
  rulesOf(checkJudgedWindows(accounts, journal, [plan]));

test('features the journal tells right break no rule, and any that is off, missing or unknown does', () => {
  assert.deepEqual(rulesOfJudged(judged(named)), []);
  for (const [wrongName] of named) {
    const off = named.map(([name, value]) => [name, name === wrongName ? (value ?? 0) + 1 : value] as const);
    assert.deepEqual(rulesOfJudged(judged(off)), ['windows_judged_by'], wrongName);
    const fewer = named.filter(([name]) => name !== wrongName);
    assert.deepEqual(rulesOfJudged(judged(fewer)), ['windows_judged_by'], wrongName);
  }
  for (const more of [
    ['maxMinor_1h', 101] as const,
    ['maxMinor_1h', null] as const,
    ['count_1h', 1] as const,
  ])
    assert.deepEqual(rulesOfJudged(judged([...named, more])), ['windows_judged_by'], more[0]);
});

test('a feature that is no whole number may be rounded, and a whole one may not', () => {
  const shifted = (wrongName: string) =>
    judged(named.map(([name, value]) => [name, name === wrongName ? (value ?? 0) + 1e-6 : value] as const));
  assert.deepEqual(rulesOfJudged(shifted('amountOverTypical')), []);
  assert.deepEqual(rulesOfJudged(shifted('sumMinor_1h')), ['windows_judged_by']);
});

test('a decision under a plan the log never had is found', () => {
  assert.deepEqual(rulesOfJudged(judged(named, under('other@1'))), ['windows_judged_by']);
});

test('what was recomputed once is left alone', () => {
  const wrong = judged(named.map(([name]) => [name, 1]));
  assert.deepEqual(checkJudgedWindows(accounts, wrong, [plan], new Map([[0, 3]])), []);
});

const expected = [...accounts.values()].flat().map(naiveRecord);
const stored = (records: readonly NaiveRecord[], account = 'a1_account') =>
  new Map([[0, new Map([[account, records]])]]);
const check = (records: readonly NaiveRecord[]) => checkStoredWindows(accounts, stored(records), plan);

test('a store that holds what the log says breaks no rule', () => {
  assert.deepEqual(check(expected), []);
});

test('what the store has to hold is the digest of the log too', () => {
  assert.deepEqual(
    expected.map(({ digest }) => digest),
    ['00000001', '00000002', '00000006'],
  );
});

test('a record that is missing, changed, doubled, out of order or of nobody is found', () => {
  const [first, second, third] = expected as [NaiveRecord, NaiveRecord, NaiveRecord];
  const damages = [
    [second, third],
    [first, second],
    [],
    [first, { ...second, amountMinor: 7 }, third],
    [first, { ...second, digest: 'ffffffff' }, third],
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
  const unreadable = new Map([
    [
      0,
      new Map([
        ['a1_account', expected],
        ['a1_other', []],
      ]),
    ],
  ]);
  assert.deepEqual(rulesOf(checkStoredWindows(accounts, unreadable, plan)), ['windows_stored']);
  const away = new Map([...stored(expected), [1, new Map([['a1_account', expected]])]]);
  assert.deepEqual(rulesOf(checkStoredWindows(accounts, away, plan)), ['windows_stored']);
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
