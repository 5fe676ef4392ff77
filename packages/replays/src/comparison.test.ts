import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createComparison } from './comparison.ts';
import { comparisonState, differencesOf, isClean, mostAccounts, mostPoints } from './comparison-state.ts';
import { accountOf, pairOf, verdictOf } from './judged.fixture.ts';
import { replayDifference } from './judgement.ts';
import type { JudgedPair } from './judgement.ts';
import type { ReplayFilter, ReplayedVersions } from './plan.ts';

const heldNow = verdictOf({ outcome: 'held', score: 0.9, reasons: ['unusual_amount', 'late'] });

function stateOf(
  pairs: Iterable<JudgedPair>,
  { kind = 'then', filter = {} }: { kind?: 'then' | 'now'; filter?: ReplayFilter } = {},
) {
  const versions: ReplayedVersions = { kind };
  const comparison = createComparison({ versions, filter });
  for (const pair of pairs) comparison.add(pair);
  return comparisonState.parse(comparison.state());
}

test('a comparison is clean until something differs', () => {
  assert.ok(isClean(stateOf([])));
  const same = pairOf(verdictOf(), verdictOf());
  assert.ok(isClean(stateOf([same, same])));
  const state = stateOf([same, pairOf(verdictOf(), verdictOf({ digest: 'cd'.repeat(32) }))]);
  assert.equal(isClean(state), false);
  assert.equal(differencesOf(state), 1);
});

test('flips are counted by outcome, rule, account and amount', () => {
  const state = stateOf([
    pairOf(verdictOf(), verdictOf()),
    pairOf(verdictOf({ reasons: ['late'] }), heldNow, { amountMinor: 1_000 }),
    pairOf(heldNow, verdictOf(), { account: accountOf(2), amountMinor: 77, currency: 'USD' }),
    pairOf(heldNow, heldNow),
    pairOf({ outcome: 'duplicate', firstOffset: 1 }, verdictOf()),
    pairOf(verdictOf(), verdictOf({ alert: true })),
    pairOf(verdictOf({ alert: true }), verdictOf()),
  ]);
  assert.deepEqual(state.kinds, { same: 2, kind: 1, flip: 4, score: 0, features: 0, bytes: 0 });
  assert.deepEqual(state.outcomes, [
    { then: 'cleared', now: 'cleared', records: 3 },
    { then: 'cleared', now: 'held', records: 1 },
    { then: 'duplicate', now: 'cleared', records: 1 },
    { then: 'held', now: 'cleared', records: 1 },
    { then: 'held', now: 'held', records: 1 },
  ]);
  assert.deepEqual(state.alerts, { gained: 1, lost: 1 });
  assert.deepEqual(state.rules, {
    late: { then: 3, now: 2, gained: 0, lost: 1 },
    unusual_amount: { then: 2, now: 2, gained: 1, lost: 1 },
  });
  assert.deepEqual(state.accounts, [
    { account: accountOf(1), differences: 4, flips: 3 },
    { account: accountOf(2), differences: 1, flips: 1 },
  ]);
  const none = { transactions: 0, amountMinor: '0' };
  assert.deepEqual(state.amounts, {
    EUR: { held: { transactions: 1, amountMinor: '1000' }, cleared: none },
    USD: { held: none, cleared: { transactions: 1, amountMinor: '77' } },
  });
});

test('sums of amounts are exact beyond what a number holds', () => {
  const pair = pairOf(verdictOf(), heldNow, { amountMinor: 999_999_999_999_999 });
  const { amounts } = stateOf(Array.from({ length: 20 }, () => pair));
  assert.equal(amounts.EUR?.held.amountMinor, '19999999999999980');
});

test('scores are counted where they were and how far they went', () => {
  const state = stateOf(
    [
      pairOf(verdictOf({ score: 0 }), verdictOf({ score: 1 })),
      pairOf(verdictOf({ score: 1 }), verdictOf({ score: 1 })),
      pairOf(verdictOf({ score: 0.5 }), verdictOf({ score: 0.5, outcome: 'held' })),
      pairOf(verdictOf({ score: 0.3 }), verdictOf({ score: 0.1 })),
    ],
    { kind: 'now' },
  );
  assert.deepEqual(state.scores, [
    [0, 39, 1, 0],
    [12, 4, 1, 0],
    [20, 20, 1, 1],
    [39, 39, 1, 0],
  ]);
  assert.equal(state.changes[39], 1);
  assert.equal(state.changes[16], 1);
  assert.equal(
    state.changes.reduce((sum, one) => sum + one, 0),
    2,
  );
  assert.equal(state.largestChange, 1);
});

test('a difference is given back with the features that differ alone, fit to be kept', () => {
  const { add, state } = createComparison({ versions: { kind: 'then' }, filter: {} });
  assert.equal(add(pairOf(verdictOf(), verdictOf())), undefined);
  const features = { amount_ratio: 9, daily_count: 3, usual_hour: null };
  const difference = add(pairOf(verdictOf(), { ...heldNow, features }));
  assert.deepEqual(difference, replayDifference.parse(JSON.parse(JSON.stringify(difference))));
  assert.equal(difference?.kind, 'flip');
  assert.deepEqual(difference.then, verdictOf({ features: { amount_ratio: 1.5 } }));
  assert.deepEqual(difference.now, { ...heldNow, features: { amount_ratio: 9 } });
  assert.deepEqual(state().features, { amount_ratio: 1 });
});

test('accounts are counted in bounded memory, and those with the most differences stay', () => {
  function* pairs(): Generator<JudgedPair> {
    for (let number = 0; number < 5_000; number += 1) {
      const account = accountOf(number);
      const times = number % 1_000 === 7 ? 3 : 1;
      for (let time = 0; time < times; time += 1) yield pairOf(verdictOf(), heldNow, { account });
    }
  }
  const { accounts, furtherAccounts } = stateOf(pairs());
  assert.ok(accounts.length <= 2 * mostAccounts);
  assert.deepEqual(
    accounts.slice(0, 6).map(({ account, differences }) => [account, differences]),
    [...[7, 1_007, 2_007, 3_007, 4_007].map((number) => [accountOf(number), 3]), [accountOf(0), 1]],
  );
  const kept = accounts.reduce((sum, { differences }) => sum + differences, 0);
  assert.equal(kept + furtherAccounts.differences, 5_010);
  assert.equal(accounts.length + furtherAccounts.accounts, 5_000);
});

test('accounts that were asked for are followed from the start, others from what is worth it on', () => {
  const quiet = (number: number) => pairOf(verdictOf(), verdictOf(), { account: accountOf(number) });
  const scored = pairOf(verdictOf(), verdictOf({ score: 0.2 }), { account: accountOf(3) });
  const flipped = pairOf(verdictOf(), heldNow, { account: accountOf(2) });
  const pairs = [quiet(1), quiet(2), scored, flipped, quiet(2), quiet(3)];
  const followed = (options: Parameters<typeof stateOf>[1]) =>
    stateOf(pairs, options).timelines.map(({ account, points }) => [account, points.length]);
  assert.deepEqual(followed({ filter: { accounts: [accountOf(1)] } }), [[accountOf(1), 1]]);
  assert.deepEqual(followed({ kind: 'now' }), [[accountOf(2), 2]]);
  assert.deepEqual(followed({ kind: 'then' }), [
    [accountOf(3), 2],
    [accountOf(2), 2],
  ]);
});

test('a long timeline keeps what was held or differs, and says how much made room', () => {
  function* pairs(): Generator<JudgedPair> {
    for (let at = 0; at < 5_000; at += 1) {
      const now = at % 100 === 0 ? heldNow : verdictOf();
      yield pairOf(verdictOf(), now, { eventTimeMs: at });
    }
  }
  const [timeline] = stateOf(pairs()).timelines;
  assert.ok(timeline);
  assert.ok(timeline.points.length <= mostPoints);
  assert.equal(timeline.points.length + timeline.leftOut, 5_000);
  assert.equal(timeline.points.filter(({ now }) => now === 'held').length, 50);
  const allHeld = Array.from({ length: 2_000 }, (_, at) => pairOf(verdictOf(), heldNow, { eventTimeMs: at }));
  const [full] = stateOf(allHeld).timelines;
  assert.equal((full?.points.length ?? 0) + (full?.leftOut ?? 0), 2_000);
  assert.ok((full?.points.length ?? 0) <= mostPoints);
});

test('a record that could not be read has no account, and is compared all the same', () => {
  const rejected = { outcome: 'rejected', code: 'not_sealed' } as const;
  const pair: JudgedPair = { subject: { partition: 0, offset: 1 }, then: rejected, now: verdictOf() };
  const state = stateOf([pair]);
  assert.equal(state.kinds.kind, 1);
  assert.deepEqual([state.accounts, state.timelines], [[], []]);
});
