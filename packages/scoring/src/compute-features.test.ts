import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createAccountHistory,
  defaultWindowPlan as plan,
  type WindowPlan,
  type WindowRecord,
} from '@weir/windows';
import { dayMs, historyOf, hourMs, noonMs, onceADay, recordOf } from './account-fixture.ts';
import { computeFeatures } from './compute-features.ts';
import { featureNames } from './feature-names.ts';

const featuresOf = (past: readonly Partial<WindowRecord>[], now: Partial<WindowRecord> = {}) =>
  computeFeatures({ record: recordOf({ offset: 1_000, ...now }), history: historyOf(past), plan });

test('every feature of a worked example has the value its definition gives by hand', () => {
  // 19 debits of 10.00, one a day, then one of 30.00 ten minutes ago, then this one of 100.00 to somebody new.
  const past = [...onceADay(19, 1_000), { eventTimeMs: noonMs - 600_000, amountMinor: 3_000 }];
  const features = featuresOf(past, { amountMinor: 10_000, counterparty: 'bbbbbbbbbbbb' });
  // Log amounts in milli-nats: 19 of 6909 and one of 8007, mean 6963.9, own spread 245.5, raised to the floor of 250.
  // This amount's is 9210, so z = (9210 − 6963.9) / 250, and it is 10000 / (e^6.9639 − 1) times the typical one.
  // Robustly, the median is in the middle of its bin, 6912.5, and its deviation 0: z = (9210 − 6912.5) / 250.
  // Within the hour there is one where 19 in 479 hours lead to expect 0.04: −ln(1 − (479/480)^19).
  // 130.00 within a day, after 17 whole days of 10.00 and the prior's one: −ln I(18003.8 / 31003.8; 120, 6.667) is
  // 48.8, bounded to 50 − 625/48.8. Of 20 transactions went all to one: −ln(2/22). By the hour 19 count 4/16, one 3/16.
  assert.deepEqual(features, {
    count_1m: 0,
    count_1h: 1,
    count_24h: 1,
    count_7d: 7,
    count_30d: 20,
    sumMinor_1m: 0,
    sumMinor_1h: 3_000,
    sumMinor_24h: 3_000,
    sumMinor_7d: 9_000,
    sumMinor_30d: 22_000,
    distinctCounterparties_1m: 0,
    distinctCounterparties_1h: 1,
    distinctCounterparties_24h: 1,
    distinctCounterparties_7d: 1,
    distinctCounterparties_30d: 1,
    amountMinor: 10_000,
    historyCount: 20,
    amountLogZ: 8.9844,
    amountOverTypical: 9.462969,
    velocityRatio_1m: 0.999537,
    velocityRatio_1h: 1.945946,
    velocityRatio_24h: 1.2,
    velocityRatio_7d: 1.411765,
    newCounterparty: 1,
    nearThresholdCount_24h: 0,
    hoursSinceLast: 0.166667,
    historyState: 2,
    amountRobustZ: 9.19,
    velocitySurprise_1m: 0,
    velocitySurprise_1h: 3.248051,
    velocitySurprise_24h: 0.473777,
    velocitySurprise_7d: 0.656171,
    daySumSurprise: 37.182685,
    counterpartySurprise: 2.397895,
    newCountry: null,
    newChannel: null,
    hourSurprise: -1.405637,
    dormancySurprise: 0.006938,
    passThroughShare: 0,
    passThroughMinor: 0,
    roundAmountCount_24h: 1,
    equalAmountCount_24h: 1,
    amountPeerZ: null,
    restOfDayZ: 1.798531,
    peakOverTypical_1m: 0,
    peakOverTypical_1h: 1.094863,
    peakOverTypical_24h: 1.094863,
    peakOverTypical_7d: 1.094863,
    counterpartyFraudDays: null,
    counterpartyLastFraudDays: null,
    counterpartyLastGenuineDays: null,
    counterpartyFraudShare: null,
    counterpartyUnexplainedFrauds: null,
    counterpartyGenuineSince: null,
    accountLastFraudDays: null,
    accountFrauds: null,
  });
  assert.deepEqual(Object.keys(features), featureNames);
});

test('an account without a past has counts of zero and no value for whatever compares with it', () => {
  const features = featuresOf([]);
  for (const name of ['amountLogZ', 'amountOverTypical', 'velocityRatio_1h', 'hoursSinceLast']) {
    assert.equal(features[name], null, name);
  }
  assert.equal(features['historyCount'], 0);
  assert.equal(features['newCounterparty'], 1);
});

test('comparisons with the usual begin with the tenth transaction of the past', () => {
  assert.equal(featuresOf(onceADay(9, 1_000))['amountLogZ'], null);
  assert.equal(featuresOf(onceADay(9, 1_000))['velocityRatio_24h'], null);
  assert.notEqual(featuresOf(onceADay(10, 1_000))['amountLogZ'], null);
  assert.notEqual(featuresOf(onceADay(10, 1_000))['velocityRatio_24h'], null);
});

test('an account that always pays the same is not startled by a tenth more', () => {
  assert.ok(Number(featuresOf(onceADay(20, 5_000), { amountMinor: 5_500 })['amountLogZ']) < 0.5);
});

test('other currencies and incoming money say nothing about what is usual to pay', () => {
  const others = onceADay(20, 900_000).flatMap((one) => [
    { ...one, currency: 840 },
    { ...one, creditDebitIndicator: 'CRDT' as const },
  ]);
  const alone = featuresOf(onceADay(20, 1_000));
  assert.deepEqual(featuresOf([...others, ...onceADay(20, 1_000)]), alone);
});

test('a counterparty is known for 30 days, and by any direction', () => {
  const met = (agoMs: number) =>
    featuresOf([{ eventTimeMs: noonMs - agoMs, creditDebitIndicator: 'CRDT' }])['newCounterparty'];
  assert.equal(met(30 * dayMs - 1), 0);
  assert.equal(met(30 * dayMs), 1);
});

test('without a counterparty nobody says whether it is new', () => {
  assert.equal(featuresOf(onceADay(3, 1_000), { counterparty: '' })['newCounterparty'], null);
});

test('amounts just below the reporting threshold are counted over 24 hours, this one among them', () => {
  const deposits = [25, 20, 2].map((ago) => ({ eventTimeMs: noonMs - ago * hourMs, amountMinor: 950_000 }));
  assert.equal(featuresOf(deposits, { amountMinor: 999_999 })['nearThresholdCount_24h'], 3);
  assert.equal(featuresOf(deposits, { amountMinor: 850_000 })['nearThresholdCount_24h'], 3);
  assert.equal(featuresOf(deposits, { amountMinor: 849_999 })['nearThresholdCount_24h'], 0);
  assert.equal(featuresOf(deposits, { amountMinor: 1_000_000 })['nearThresholdCount_24h'], 0);
});

test('the reporting threshold is taken in the major unit of the currency', () => {
  const yen = { currency: 392, amountMinor: 1_900_000 };
  assert.equal(featuresOf([], yen)['nearThresholdCount_24h'], 1);
  assert.equal(featuresOf([], { currency: 392, amountMinor: 9_500 })['nearThresholdCount_24h'], 0);
  const dinars = { currency: 48, amountMinor: 9_500_000 };
  assert.equal(featuresOf([], dinars)['nearThresholdCount_24h'], 1);
});

test('a threshold of another country can be given', () => {
  const record = recordOf({ offset: 1, amountMinor: 290_000 });
  const thresholds = { otherwiseMajor: 3_000, major: {}, bandShare: 0.1 };
  const features = computeFeatures({ record, history: historyOf([]), plan }, { thresholds });
  assert.equal(features['nearThresholdCount_24h'], 1);
});

test('under a plan that looks back less than a day, amounts below the threshold are counted as far as it does', () => {
  const hourly: WindowPlan = { ...plan, ref: 'hourly@1', spans: [{ name: '1h', spanMs: hourMs }] };
  const history = createAccountHistory(hourly, [], 0);
  history.append(recordOf({ offset: 1, eventTimeMs: noonMs - hourMs, amountMinor: 950_000 }));
  history.append(recordOf({ offset: 2, eventTimeMs: noonMs - hourMs + 1, amountMinor: 950_000 }));
  const record = recordOf({ offset: 3, amountMinor: 950_000 });
  assert.equal(computeFeatures({ record, history, plan: hourly })['nearThresholdCount_24h'], 2);
});
