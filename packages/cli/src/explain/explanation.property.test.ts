import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { featureNames } from '@weir/scoring';
import { explainVerdict } from './explanation.ts';
import { journalled, rulesetOf, idleRule } from './judged.fixture.ts';
import { showExplanation } from './show-explanation.ts';

/** Values such as features have: mostly small ones, none, and some that are as large as any. */
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.integer({ min: -10, max: 60 }) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -4_000_000, max: 60_000_000 }).map((millionths) => millionths / 1e6),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1e15 }) },
);
const features = fc.record(Object.fromEntries(featureNames.map((name) => [name, value])), {
  noNullPrototype: true,
});

const shadow = {
  ruleset: rulesetOf({ ref: 'house@2', scoring: 'model', holdAt: 0.2, alertAt: 0.1, rules: [idleRule] }),
  percent: 50,
};

test('base and contributions are the journalled score to the millionth, whatever the features, and all is in words', () => {
  fc.assert(
    fc.property(features, fc.boolean(), (drawn, isBeside) => {
      const made = journalled({ features: drawn, ...(isBeside ? { candidate: shadow } : {}) });
      const around = { then: made.then, transaction: {}, usualAmount: null, outcomes: [] };
      const one = explainVerdict(made.journal, made.decision, around);
      assert.deepEqual(one.recomputed, { isWhole: true, differences: [] });
      const millionths = one.features.reduce(
        (sum, { contribution }) => sum + Math.round((contribution ?? 0) * 1e6),
        Math.round((one.base ?? NaN) * 1e6),
      );
      assert.equal(millionths, Math.round(made.decision.score * 1e6));
      assert.doesNotMatch(showExplanation(one, true).join('\n'), /undefined|NaN/);
    }),
    { numRuns: 200 },
  );
});
