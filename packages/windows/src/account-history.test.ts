import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAmountMinor } from '@weir/contracts';
import { createAccountHistory } from './account-history.ts';
import { packRecord } from './record-format.ts';
import { defaultWindowPlan } from './window-plan.ts';
import type { WindowPlan, WindowQuery, WindowRecord } from './types.ts';

const t0Ms = 1_767_225_600_000;
const dayMs = 86_400_000;

const record = (offset: number, change: Partial<WindowRecord> = {}): WindowRecord => {
  const eventTimeMs = change.eventTimeMs ?? t0Ms + offset * 1000;
  return {
    offset,
    eventTimeMs,
    observedAtSeconds: Math.floor(eventTimeMs / 1000),
    amountMinor: 100,
    currency: 978,
    creditDebitIndicator: 'DBIT',
    identity: offset.toString(16).padStart(16, '0'),
    digest: '00000000',
    counterparty: '',
    channel: 0,
    country: '',
    ...change,
  };
};

const segmentOf = (...records: WindowRecord[]) => Buffer.concat(records.map(packRecord));
const emptyHistory = () => createAccountHistory(defaultWindowPlan, [], 0);
const debitsAt = (atMs: number): WindowQuery => ({ atMs, currency: 978, creditDebitIndicator: 'DBIT' });

test('a window holds its end and not its start', () => {
  const history = emptyHistory();
  history.append(record(1, { eventTimeMs: t0Ms }));
  const countsAt = (atMs: number) => history.aggregates(debitsAt(atMs)).map(({ count }) => count);
  assert.deepEqual(countsAt(t0Ms - 1), [0, 0, 0, 0, 0]);
  assert.deepEqual(countsAt(t0Ms), [1, 1, 1, 1, 1]);
  assert.deepEqual(countsAt(t0Ms + 59_999), [1, 1, 1, 1, 1]);
  assert.deepEqual(countsAt(t0Ms + 60_000), [0, 1, 1, 1, 1]);
  assert.deepEqual(countsAt(t0Ms + 30 * dayMs - 1), [0, 0, 0, 0, 1]);
  assert.deepEqual(countsAt(t0Ms + 30 * dayMs), [0, 0, 0, 0, 0]);
});

test('sums stay exact far beyond what a double holds', () => {
  const history = emptyHistory();
  for (let offset = 0; offset < 1_000; offset += 1) {
    history.append(record(offset, { eventTimeMs: t0Ms, amountMinor: maxAmountMinor - 1 }));
  }
  const [lastMinute] = history.aggregates(debitsAt(t0Ms));
  assert.equal(lastMinute?.sumMinor, 1_000n * BigInt(maxAmountMinor - 1));
  assert.equal(lastMinute?.maxMinor, maxAmountMinor - 1);
});

test('what a run stored without publishing is left out', () => {
  const stored = [segmentOf(record(1), record(2)), segmentOf(record(3), record(4))];
  const history = createAccountHistory(defaultWindowPlan, stored, 3);
  assert.deepEqual(
    history.latest(Infinity, 9).map(({ offset }) => offset),
    [1, 2],
  );
  history.append(record(3));
  assert.equal(history.latest(Infinity, 9).length, 3);
});

test('a record stored twice is refused rather than counted twice', () => {
  const twice = [segmentOf(record(1), record(2)), segmentOf(record(2))];
  assert.throws(() => createAccountHistory(defaultWindowPlan, twice, 9), /offsets do not increase/);
});

test('a record is appended once', () => {
  const history = createAccountHistory(defaultWindowPlan, [segmentOf(record(1))], 2);
  assert.throws(() => history.append(record(1)), RangeError);
});

test('the first of two transactions of one identity is found', () => {
  const history = emptyHistory();
  history.append(record(1, { identity: 'aaaaaaaaaaaaaaaa', eventTimeMs: t0Ms + 5_000 }));
  history.append(record(2, { identity: 'aaaaaaaaaaaaaaaa', eventTimeMs: t0Ms }));
  assert.equal(history.find('aaaaaaaaaaaaaaaa')?.offset, 1);
  assert.equal(history.find('bbbbbbbbbbbbbbbb'), undefined);
});

test("a counterparty is known for the plan's longest span, whatever the currency and direction", () => {
  const history = emptyHistory();
  const counterparty = 'a0b1c2d3e4f5';
  history.append(record(1, { eventTimeMs: t0Ms, counterparty, currency: 840, creditDebitIndicator: 'CRDT' }));
  history.append(record(2, { eventTimeMs: t0Ms }));
  assert.equal(history.hasSeen({ kind: 'counterparty', counterparty }, t0Ms + 30 * dayMs - 1), true);
  assert.equal(history.hasSeen({ kind: 'counterparty', counterparty }, t0Ms + 30 * dayMs), false);
  assert.equal(history.hasSeen({ kind: 'counterparty', counterparty: 'ffffffffffff' }, t0Ms), false);
  assert.equal(history.hasSeen({ kind: 'counterparty', counterparty: '' }, t0Ms), false);
});

test('amounts are counted from the lower bound up to, not with, the upper one', () => {
  const history = emptyHistory();
  for (const [index, amountMinor] of [99, 100, 199, 200].entries()) {
    history.append(record(index, { eventTimeMs: t0Ms, amountMinor }));
  }
  assert.equal(history.countAmountsBetween(debitsAt(t0Ms), 60_000, 100, 200), 2);
});

test('a span beyond the plan is refused, since its records may be forgotten', () => {
  const history = emptyHistory();
  assert.throws(() => history.countAmountsBetween(debitsAt(t0Ms), 30 * dayMs + 1, 0, 1), RangeError);
});

test('a late transaction within the allowance still sees its whole longest window', () => {
  const history = emptyHistory();
  history.append(record(1, { eventTimeMs: t0Ms + 1 }));
  history.append(record(2, { eventTimeMs: t0Ms + 31 * dayMs }));
  assert.equal(history.aggregates(debitsAt(t0Ms + 30 * dayMs))[4]?.count, 1);
});

test('a record is forgotten once the longest span and the allowance have passed', () => {
  const history = emptyHistory();
  history.append(record(1, { eventTimeMs: t0Ms }));
  history.append(record(2, { eventTimeMs: t0Ms + 31 * dayMs }));
  assert.equal(history.find(record(1).identity), undefined);
  assert.equal(history.aggregates(debitsAt(t0Ms))[4]?.count, 0);
});

test('a date far in the future is forgotten as if it had happened when it was seen', () => {
  const history = emptyHistory();
  const farMs = t0Ms + 20_000 * dayMs;
  history.append(record(1, { eventTimeMs: farMs, observedAtSeconds: t0Ms / 1000 }));
  assert.equal(history.aggregates(debitsAt(farMs))[0]?.count, 1);
  history.append(record(2, { eventTimeMs: t0Ms + 32 * dayMs }));
  assert.equal(history.aggregates(debitsAt(farMs))[0]?.count, 0);
  assert.ok(history.forgettableBeforeSeconds > t0Ms / 1000);
});

test('an account in steady use does not grow without end', () => {
  const history = emptyHistory();
  for (let offset = 0; offset < 5_000; offset += 1) {
    history.append(record(offset, { eventTimeMs: t0Ms + offset * dayMs }));
  }
  assert.ok(history.sizeBytes < 300_000, `${history.sizeBytes} bytes`);
  assert.equal(history.latest(Infinity, 5_000).length, 31);
});

/** Every record indexed from the first one on. */
const indexedAtOnce = { scannedRecords: 0, scans: 0, walkedRecords: 0 };

for (const [kept, limits] of [
  ['looked through', { scannedRecords: 1_000, scans: 0, walkedRecords: 1_000 }],
  ['indexed', indexedAtOnce],
] as const) {
  test(`of records ahead of their time each is forgotten in its own second, in an account that is ${kept}`, () => {
    const plan: WindowPlan = { ...defaultWindowPlan, allowedLatenessMs: 0, futureToleranceMs: 1 };
    const history = createAccountHistory(plan, [], 0, limits);
    const farMs = t0Ms + 20_000 * dayMs;
    const seenAt = (seconds: number) => ({ eventTimeMs: farMs, observedAtSeconds: t0Ms / 1000 + seconds });
    // Remembered until one and two seconds after t0; the one that is forgotten first comes last.
    history.append(record(1, seenAt(1)));
    history.append(record(2, seenAt(0)));
    const offsetsAfter = (offset: number, eventTimeMs: number) => {
      history.append(record(offset, { eventTimeMs }));
      return history.latest(farMs, 9).map((one) => one.offset);
    };
    assert.deepEqual(offsetsAfter(3, t0Ms + 30 * dayMs), [3, 1, 2]);
    assert.deepEqual(offsetsAfter(4, t0Ms + 30 * dayMs + 1_000), [3, 4, 1]);
    assert.deepEqual(offsetsAfter(5, t0Ms + 30 * dayMs + 2_000), [3, 4, 5]);
  });
}

test('queries for earlier times are counted in an indexed account, and those in order are not', () => {
  const history = createAccountHistory(defaultWindowPlan, [], 0, indexedAtOnce);
  for (let offset = 0; offset < 20; offset += 1) {
    history.append(record(offset));
    history.aggregates(debitsAt(t0Ms + offset * 1000));
  }
  assert.equal(history.outOfOrderQueries, 0);
  history.aggregates(debitsAt(t0Ms + 10_000));
  assert.equal(history.outOfOrderQueries, 1);
  history.aggregates(debitsAt(t0Ms + 19_000));
  assert.equal(history.outOfOrderQueries, 1);
});

test('a record that does not fit is refused, and the account goes on without it', () => {
  const history = createAccountHistory(defaultWindowPlan, [], 0, indexedAtOnce);
  history.append(record(1));
  assert.throws(() => history.append(record(2, { channel: 64 })), RangeError);
  assert.equal(history.lastOffset, 1);
  history.append(record(2));
  assert.equal(history.aggregates(debitsAt(t0Ms + 2_000))[0]?.count, 2);
});

test('an account of many records is indexed without a trace in its answers', () => {
  const records = Array.from({ length: 1_000 }, (_, offset) =>
    record(offset, {
      eventTimeMs: t0Ms + offset * 3_600_000,
      counterparty: `a0b1c2d3e4${(offset % 7).toString().padStart(2, '0')}`,
    }),
  );
  const history = createAccountHistory(defaultWindowPlan, [segmentOf(...records)], 1_000);
  const atMs = t0Ms + 999 * 3_600_000;
  const looked = history.aggregates(debitsAt(atMs));
  const sizeBytes = history.sizeBytes;
  for (let query = 0; query < 100; query += 1) history.aggregates(debitsAt(atMs));
  assert.ok(history.sizeBytes > sizeBytes, 'indexes take memory');
  assert.deepEqual(history.aggregates(debitsAt(atMs)), looked);
  const [, , lastDay, , lastMonth] = history.aggregates(debitsAt(atMs));
  assert.deepEqual([lastDay?.count, lastDay?.distinctCounterparties], [24, 7]);
  assert.deepEqual([lastMonth?.count, lastMonth?.sumMinor], [720, 72_000n]);
  const ofOne = history.aggregates({ ...debitsAt(atMs), counterparty: 'a0b1c2d3e400' });
  assert.deepEqual(
    ofOne.map(({ count }) => count),
    [0, 0, 3, 24, 103],
  );
  assert.equal(history.find(record(998).identity)?.offset, 998);
});

test('a currency nobody asked about for long is answered as it is once its old records are dropped', () => {
  const history = createAccountHistory(defaultWindowPlan, [], 0, indexedAtOnce);
  const days = 200;
  for (let offset = 0; offset < 2 * days; offset += 1) {
    const eventTimeMs = t0Ms + Math.floor(offset / 2) * dayMs;
    const currency = offset % 2 === 0 ? 978 : 840;
    if (offset === 20 || currency === 840) history.aggregates({ ...debitsAt(eventTimeMs), currency });
    history.append(record(offset, { eventTimeMs, currency, amountMinor: 1 + 2 * days - offset }));
  }
  const lastMonth = history.aggregates(debitsAt(t0Ms + (days - 1) * dayMs)).at(-1);
  assert.deepEqual([lastMonth?.count, lastMonth?.maxMinor], [30, 61]);
});
