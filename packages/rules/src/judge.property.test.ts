import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInReasons, verdict as verdictContract, type FeatureValues } from '@weir/contracts';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import fc from 'fast-check';
import { createJudge } from './judge.ts';
import { scoredStarterRuleset } from './starter-ruleset.ts';
import { someRecord as record } from './ruleset-fixture.ts';

const account = 'a1_AAAAAAAAAAAAAAAAAAAAAA';
const micro = (value: number) => Math.round(value * 1e6);

/** Holds everything, so that everything is explained. */
const holdsAll = { ...scoredStarterRuleset, holdAt: 0.000_001 };
const judge = createJudge({
  ruleset: holdsAll,
  plan,
  versions: { ruleset: 'starter@2', windowPlan: plan.ref },
});

const history = createAccountHistory(plan, [], 0);
const names = Object.keys(judge.features(record, account, history));
const someValue = fc.oneof(
  fc.constant(null),
  fc.double({ min: -50, max: 50, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const someFeatures: fc.Arbitrary<FeatureValues> = fc.record(
  Object.fromEntries(names.map((name) => [name, someValue])),
);
const someTeamScore = fc.oneof(
  fc.constant(undefined),
  fc.record({
    role: fc.constantFrom('max' as const, 'replace' as const),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

test('whatever the features are, base and contributions add up to the score of the verdict exactly', () => {
  fc.assert(
    fc.property(someFeatures, someTeamScore, (features, teamScore) => {
      const { verdict, evidence } = judge.decide({ record, account, history, features, teamScore });
      assert.ok(verdictContract.safeParse(verdict).success);
      assert.equal(micro(verdict.score) / 1e6, verdict.score);
      const parts = evidence?.contributions;
      // Only a score of nothing at all clears here.
      if (parts === undefined) return assert.equal(verdict.score, 0);
      const sum = parts.features.reduce(
        (all, { contribution }) => all + micro(contribution),
        micro(parts.base),
      );
      assert.equal(sum, micro(verdict.score));
    }),
  );
});

/** What holds by itself, whatever the score. */
const holding: readonly string[] = [...builtInReasons, 'structuring'];

test('reasons come the largest first, behind what holds by itself, and none takes away', () => {
  fc.assert(
    fc.property(someFeatures, someTeamScore, (features, teamScore) => {
      const { reasons } = judge.decide({ record, account, history, features, teamScore }).verdict;
      const scored = reasons
        .filter(({ rule }) => !holding.includes(rule))
        .map((reason) => reason.contribution);
      assert.ok(scored.every((contribution) => contribution > 0));
      assert.deepEqual(
        scored,
        scored.toSorted((one, other) => other - one),
      );
    }),
  );
});
