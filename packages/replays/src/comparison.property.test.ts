import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createComparison } from './comparison.ts';
import { comparisonState, differencesOf, isClean } from './comparison-state.ts';
import { differenceOf } from './difference-of.ts';
import { accountOf, pairOf, verdictOf } from './judged.fixture.ts';
import type { Judgement } from './judgement.ts';

const judgements: fc.Arbitrary<Judgement> = fc.oneof(
  { weight: 8, arbitrary: verdicts() },
  { weight: 1, arbitrary: fc.nat(2).map((firstOffset) => ({ outcome: 'duplicate' as const, firstOffset })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('not_sealed' as const, 'null_value' as const)
      .map((code) => ({ outcome: 'rejected' as const, code })),
  },
);

function verdicts() {
  return fc
    .record({
      outcome: fc.constantFrom('cleared' as const, 'held' as const),
      score: fc.nat(4).map((quarter) => quarter / 4),
      alert: fc.boolean(),
      reasons: fc.subarray(['late', 'new_payee', 'unusual_amount']),
    })
    .map(verdictOf);
}

const pairs = fc.array(
  fc
    .tuple(judgements, judgements, fc.nat(30), fc.boolean())
    .map(([then, now, account, isSame]) =>
      pairOf(then, isSame ? then : now, { account: accountOf(account), amountMinor: account }),
    ),
  { maxLength: 120 },
);
const kinds = fc.constantFrom('then' as const, 'now' as const);

test('a comparison that stopped anywhere and went on from its kept state comes to the same', () => {
  fc.assert(
    fc.property(pairs, fc.nat(120), kinds, (all, drawn, kind) => {
      const plan = { versions: { kind }, filter: {} };
      const undisturbed = createComparison(plan);
      const expected = all.map(undisturbed.add);
      const stop = Math.min(drawn, all.length);
      const before = createComparison(plan);
      const differences = all.slice(0, stop).map(before.add);
      const kept: unknown = JSON.parse(JSON.stringify(before.state()));
      const after = createComparison(plan, comparisonState.parse(kept));
      differences.push(...all.slice(stop).map(after.add));
      assert.deepEqual(after.state(), undisturbed.state());
      assert.deepEqual(differences, expected);
    }),
  );
});

test('what is counted adds up to the pairs, and is clean only where each is the same', () => {
  fc.assert(
    fc.property(pairs, kinds, (all, kind) => {
      const comparison = createComparison({ versions: { kind }, filter: {} });
      const given = all.map(comparison.add).filter((difference) => difference !== undefined);
      const state = comparison.state();
      const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
      const differing = all.filter((pair) => differenceOf(pair, kind) !== 'same');
      assert.equal(state.records, all.length);
      assert.equal(sum(Object.values(state.kinds)), all.length);
      assert.equal(sum(state.outcomes.map(({ records }) => records)), all.length);
      assert.equal(given.length, differing.length);
      assert.equal(differencesOf(state), differing.length);
      assert.equal(isClean(state), differing.length === 0);
      assert.equal(sum(state.accounts.map(({ differences }) => differences)), differing.length);
      for (const [rule, counted] of Object.entries(state.rules)) {
        assert.equal(counted.then + counted.gained - counted.lost, counted.now, rule);
      }
    }),
  );
});
