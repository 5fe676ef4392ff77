import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidence, maxAmountMinor } from '@weir/contracts';
import { defaultWindowPlan as plan } from '@weir/windows';
import { dayMs, historyOf, noonMs, onceADay, recordOf } from './account-fixture.ts';
import { baseline } from './baseline.ts';
import { recentAmounts } from './recent-amounts.ts';

const record = recordOf({ offset: 1_000 });

test('the usual range spans one standard deviation of the log amounts to either side', () => {
  // Ten of 10.00 and ten of 40.00: mean 7601.5 milli-nats, spread 710.5 with Bessel's correction.
  const past = onceADay(20, 1_000).map((one, index) =>
    index % 2 === 0 ? one : { ...one, amountMinor: 4_000 },
  );
  assert.deepEqual(baseline({ record, history: historyOf(past), plan }), {
    lowMinor: 982,
    typicalMinor: 2_000,
    highMinor: 4_071,
    transactions: 20,
    windowSpanMs: 30 * dayMs,
  });
});

test('the usual range ends at the largest amount a transaction may carry', () => {
  const past = onceADay(20, 1).map((one, index) =>
    index % 2 === 0 ? one : { ...one, amountMinor: maxAmountMinor },
  );
  const usual = baseline({ record, history: historyOf(past), plan });
  assert.deepEqual([usual?.lowMinor, usual?.highMinor], [0, maxAmountMinor]);
});

test('with fewer than ten transactions nothing is called usual', () => {
  assert.equal(baseline({ record, history: historyOf(onceADay(9, 1_000)), plan }), null);
});

test('the last thirty amounts are shown oldest first, as the contract of evidence has them', () => {
  const past = Array.from({ length: 40 }, (_, index) => ({
    eventTimeMs: noonMs - (40 - index) * 60_000,
    amountMinor: 100 + index,
  }));
  const shown = recentAmounts({ record, history: historyOf(past) });
  assert.equal(shown.length, 30);
  assert.equal(shown[0]?.amountMinor, 110);
  assert.deepEqual(shown.at(-1), {
    eventTime: '2025-06-15T11:59:00.000Z',
    amountMinor: 139,
    currency: 'EUR',
    creditDebitIndicator: 'DBIT',
  });
  assert.ok(evidence.safeParse({ features: {}, usualAmount: null, recentAmounts: shown }).success);
});
