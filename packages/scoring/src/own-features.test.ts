import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import { dayMs, historyOf, hourMs, noonMs, onceADay, recordOf } from './account-fixture.ts';
import { computeFeatures } from './compute-features.ts';
import { historyStateOf } from './history-state.ts';
import type { PeerGroup } from './peer-group.ts';

const minuteMs = 60_000;

type Some = Partial<WindowRecord>;

const peersOf100 = (perDay = 1): PeerGroup => ({ meanMilli: 9_210, spreadMilli: 500, perDay });

function featuresOf(past: readonly Some[], now: Some = {}, peers?: PeerGroup) {
  const record = recordOf({ offset: 1_000, ...now });
  const given = peers === undefined ? {} : { peers };
  return computeFeatures({ record, history: historyOf(past), plan }, given);
}

const feature = (name: string, past: readonly Some[], now: Some = {}, peers?: PeerGroup): number =>
  Number(featuresOf(past, now, peers)[name]);

/** So many transactions in the minutes before noon, one a minute. */
const justNow = (count: number, different: Some = {}): readonly Some[] =>
  Array.from({ length: count }, (_, index) => ({
    eventTimeMs: noonMs - (count - index) * minuteMs,
    ...different,
  }));

test('a third of the history being fraud hides neither the next fraud nor what is usual', () => {
  const usual = onceADay(20, 2_000);
  const frauds = justNow(10, { amountMinor: 200_000 });
  const clean = feature('amountRobustZ', usual, { amountMinor: 200_000 });
  assert.ok(clean > 10);
  assert.ok(feature('amountRobustZ', [...usual, ...frauds], { amountMinor: 200_000 }) > 0.9 * clean);
  assert.ok(feature('amountLogZ', [...usual, ...frauds], { amountMinor: 200_000 }) < 2);
});

test('the further an amount lies from the usual, the higher it ranks, to the largest there may be', () => {
  const usual = onceADay(25, 100);
  const ranked = [100, 1_000, 100_000, 10_000_000, 10 ** 12, 10 ** 15].map((amountMinor) =>
    feature('amountRobustZ', usual, { amountMinor }),
  );
  for (const [at, z] of ranked.entries()) assert.ok(z < 50 && z > (ranked[at - 1] ?? -1), ranked.join());
});

test('without a history an amount is compared with the peers, and with nothing where there are none', () => {
  assert.equal(feature('amountRobustZ', [], { amountMinor: 1_000_000 }), 0);
  // 1,000,000 is 13816 milli-nats: (13816 − 9210) / 500.
  assert.equal(feature('amountRobustZ', [], { amountMinor: 1_000_000 }, peersOf100()), 9.212);
  assert.equal(featuresOf([])['amountPeerZ'], null);
});

test('the peers fade as a history grows, and a settled account is compared with itself alone', () => {
  const now = { amountMinor: 100_000 };
  const zAfter = (count: number, peers?: PeerGroup): number =>
    feature('amountRobustZ', onceADay(count, 100_000), now, peers);
  const [first, few, most] = [1, 8, 19].map((count) => zAfter(count, peersOf100())) as [
    number,
    number,
    number,
  ];
  assert.ok(first > few && few > most && most > 0, `${first} ${few} ${most}`);
  assert.equal(zAfter(20, peersOf100()), zAfter(20));
});

test('each further transaction within the hour is more of a surprise', () => {
  const usual = onceADay(25, 2_000);
  const surprises = [0, 1, 2, 5, 20, 60].map((count) =>
    feature('velocitySurprise_1h', [...usual, ...justNow(count)]),
  );
  assert.equal(surprises[0], 0);
  for (const [at, nats] of surprises.entries())
    assert.ok(nats < 50 && nats > (surprises[at - 1] ?? -1), surprises.join());
});

test('what is a burst for a quiet account is an ordinary hour for a busy one', () => {
  const quiet = onceADay(25, 2_000);
  const busy = Array.from({ length: 29 * 24 }, (_, index) => ({
    eventTimeMs: noonMs - 29 * dayMs + index * hourMs,
  }));
  const threeNow = justNow(3);
  assert.ok(feature('velocitySurprise_1h', [...quiet, ...threeNow]) > 8);
  assert.ok(feature('velocitySurprise_1h', [...busy, ...threeNow]) < 4);
});

test('three at once on the first day of an account are judged by how often its peers move money', () => {
  const rare = feature('velocitySurprise_1h', justNow(3), {}, peersOf100(0.1));
  const usual = feature('velocitySurprise_1h', justNow(3));
  const often = feature('velocitySurprise_1h', justNow(3), {}, peersOf100(50));
  assert.ok(rare > usual && usual > often && often > 0);
});

test('the same sum of a day surprises an account of even days more than one of uneven days', () => {
  const even = onceADay(28, 2_000);
  const uneven = even.map((one, index) => ({ ...one, amountMinor: index % 7 === 0 ? 11_000 : 500 }));
  const now = { amountMinor: 10_000 };
  assert.ok(feature('daySumSurprise', even, now) > 2 * feature('daySumSurprise', uneven, now));
});

test('many small payments make a day a surprise that none of them makes', () => {
  const usual = onceADay(28, 2_000);
  assert.ok(feature('daySumSurprise', usual, { amountMinor: 2_000 }) < 1.5);
  assert.ok(feature('daySumSurprise', [...usual, ...justNow(10)], { amountMinor: 2_000 }) > 8);
});

test('days on which nothing moved are no measure for one on which something does', () => {
  const weekly = [28, 21, 14, 7].map((ago) => ({ eventTimeMs: noonMs - ago * dayMs, amountMinor: 2_000 }));
  assert.ok(feature('daySumSurprise', weekly, { amountMinor: 2_000 }) < 1.5);
});

test('a new counterparty surprises least where most of them are', () => {
  const faithful = onceADay(20, 1_000);
  const roaming = faithful.map((one, index) => ({
    ...one,
    counterparty: (index + 1).toString(16).padStart(12, '0'),
  }));
  const now = { counterparty: 'bbbbbbbbbbbb' };
  assert.equal(feature('counterpartySurprise', faithful, now), 2.397895);
  assert.equal(feature('counterpartySurprise', roaming, now), 0.04652);
  assert.equal(feature('counterpartySurprise', faithful), 0);
  assert.equal(featuresOf(faithful, { counterparty: '' })['counterpartySurprise'], null);
});

test('a country and a channel are new for 30 days, and nobody says so of one that is not given', () => {
  const seen = (agoMs: number): Some => ({ eventTimeMs: noonMs - agoMs, country: 'NL', channel: 2 });
  const now = { country: 'NL', channel: 2 };
  const news = (past: readonly Some[], different: Some = now) => {
    const { newCountry, newChannel } = featuresOf(past, different);
    return [newCountry, newChannel];
  };
  assert.deepEqual(news([seen(30 * dayMs - 1)]), [0, 0]);
  assert.deepEqual(news([seen(30 * dayMs)]), [1, 1]);
  assert.deepEqual(news([seen(dayMs)], { country: 'DE', channel: 1 }), [1, 1]);
  assert.deepEqual(news([seen(dayMs)], {}), [null, null]);
});

test('a payment at three at night is unusual for who pays at noon, less so at ten, and the clock has no end', () => {
  const at = (hour: number, past: readonly Some[]): number =>
    feature('hourSurprise', past, { eventTimeMs: noonMs + (hour - 12) * hourMs });
  const noons = onceADay(20, 1_000);
  assert.ok(at(3, noons) > at(10, noons) && at(10, noons) > at(12, noons));
  const midnights = noons.map((one) => ({ ...one, eventTimeMs: Number(one.eventTimeMs) - 13 * hourMs }));
  assert.ok(at(1, midnights) < 0);
  assert.equal(at(3, []), 0);
});

test('an account that wakes after weeks is dormant, one that rests over a weekend is not', () => {
  const until = (days: number): number =>
    feature(
      'dormancySurprise',
      onceADay(10, 1_000).map((one) => ({ ...one, eventTimeMs: Number(one.eventTimeMs) - days * dayMs })),
    );
  assert.ok(until(0) < 1 && until(2) < 3 && until(18) > 6);
  assert.equal(feature('dormancySurprise', []), 0);
});

test('money that came in within the day is passed through as far as it goes out again', () => {
  const cameIn = {
    eventTimeMs: noonMs - 2 * hourMs,
    amountMinor: 100_000,
    creditDebitIndicator: 'CRDT' as const,
  };
  const passed = (past: readonly Some[], now: Some): unknown[] => {
    const { passThroughShare, passThroughMinor } = featuresOf(past, now);
    return [passThroughShare, passThroughMinor];
  };
  assert.deepEqual(passed([cameIn], { amountMinor: 25_000 }), [0.25, 25_000]);
  assert.deepEqual(
    passed([cameIn, ...justNow(2, { amountMinor: 40_000 })], { amountMinor: 15_000 }),
    [0.95, 95_000],
  );
  assert.deepEqual(passed([cameIn], { amountMinor: 300_000 }), [1, 100_000]);
  assert.deepEqual(passed([cameIn, ...justNow(2)], { creditDebitIndicator: 'CRDT' }), [0, 0]);
  assert.deepEqual(passed([cameIn], { amountMinor: 25_000, currency: 840 }), [0, 0]);
  assert.deepEqual(
    passed([{ ...cameIn, eventTimeMs: noonMs - 24 * hourMs }], { amountMinor: 25_000 }),
    [0, 0],
  );
});

test('round amounts are counted where this one is round, and equal ones whatever they are', () => {
  const repeats = (past: readonly Some[], now: Some): unknown[] => {
    const features = featuresOf(past, now);
    return [features['roundAmountCount_24h'], features['equalAmountCount_24h']];
  };
  const past = [20_000, 50_000, 50_000, 12_345].map((amountMinor, index) => ({
    eventTimeMs: noonMs - (4 - index) * hourMs,
    amountMinor,
  }));
  assert.deepEqual(repeats(past, { amountMinor: 50_000 }), [4, 3]);
  assert.deepEqual(repeats(past, { amountMinor: 12_345 }), [0, 2]);
  assert.deepEqual(repeats(past, { amountMinor: 50_000, currency: 840 }), [1, 1]);
  // What is round in yen are multiples of 20,000.
  assert.deepEqual(repeats([], { amountMinor: 10_000, currency: 392 }), [0, 1]);
  assert.deepEqual(repeats([], { amountMinor: 40_000, currency: 392 }), [1, 1]);
});

test('a history is cold without a transaction, short below twenty and settled from there on', () => {
  const stateOf = (count: number) => historyStateOf(featuresOf(onceADay(count, 1_000)));
  assert.deepEqual([0, 1, 19, 20].map(stateOf), ['cold', 'short', 'short', 'settled']);
  const others = onceADay(25, 1_000).map((one) => ({ ...one, creditDebitIndicator: 'CRDT' as const }));
  assert.equal(historyStateOf(featuresOf(others)), 'cold');
});
