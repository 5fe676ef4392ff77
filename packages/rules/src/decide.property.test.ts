import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict, type FeatureValues } from '@weir/contracts';
import fc from 'fast-check';
import type { Condition, Rule } from './ruleset.ts';
import { rulesetOf, ruleOf, verdictBy } from './ruleset-fixture.ts';

const names = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'] as const;
const limit = fc.integer({ min: -3, max: 3 });
const someCondition: fc.Arbitrary<Condition> = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('atLeast', 'atMost', 'equals'), limit)
  .map(([feature, comparison, value]) => ({ feature, [comparison]: value }) as Condition);
const weight = fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);
const someRules: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.tuple(weight, fc.array(someCondition, { minLength: 1, maxLength: 3 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) =>
    drawn.map(([each, when], index) => ({
      ...ruleOf(`r${String(index)}`, each),
      explanation: 'Drawn.',
      when,
    })),
  );
const sound = fc.oneof(fc.constant(null), limit);
const soundFeatures = fc.record(Object.fromEntries(names.map((name) => [name, sound])));
const holdAt = fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);

/** The rules drawn here have conditions. */
const firstFeature = (rule: Rule | undefined): string =>
  typeof rule?.when === 'object' ? (rule.when[0]?.feature ?? 'f0') : 'f0';

const decideBy = (rules: readonly Rule[], features: FeatureValues, threshold = 0.5) =>
  verdictBy(rulesetOf([...rules], threshold), features);

test('whatever the features are, deciding never throws and the verdict fits its contract', () => {
  fc.assert(
    fc.property(someRules, fc.dictionary(fc.string(), fc.anything()), (rules, features) => {
      assert.ok(verdict.safeParse(decideBy(rules, features as FeatureValues)).success);
    }),
  );
});

test('a feature that is no number, or a needed one that is missing, never leaves the transaction cleared', () => {
  const broken = fc.constantFrom<unknown>(NaN, Infinity, -Infinity, undefined, '7', true, {}, [], 7n);
  fc.assert(
    fc.property(someRules, soundFeatures, broken, (rules, features, value) => {
      const needed = firstFeature(rules[0]);
      const { [needed]: _gone, ...without } = features;
      for (const damaged of [{ ...features, [needed]: value }, without, { ...features, extra: value }]) {
        const decided = decideBy(rules, damaged as FeatureValues);
        assert.equal(decided.outcome, 'held');
        assert.equal(decided.reasons[0]?.rule, 'rule_failed');
      }
    }),
  );
});

test('one more rule never lowers the score nor clears what was held', () => {
  fc.assert(
    fc.property(someRules, soundFeatures, holdAt, (rules, features, threshold) => {
      const all = decideBy(rules, features, threshold);
      const fewer = decideBy(
        rules.slice(0, -1).length === 0 ? rules : rules.slice(0, -1),
        features,
        threshold,
      );
      assert.ok(fewer.score <= all.score);
      assert.ok(fewer.outcome === 'cleared' || all.outcome === 'held');
    }),
  );
});

test('score and outcome do not depend on the order of the rules', () => {
  const shuffledToo = someRules.chain((rules) =>
    fc.tuple(fc.constant(rules), fc.shuffledSubarray([...rules], { minLength: rules.length })),
  );
  fc.assert(
    fc.property(shuffledToo, soundFeatures, holdAt, ([rules, shuffled], features, threshold) => {
      const one = decideBy(rules, features, threshold);
      const other = decideBy(shuffled, features, threshold);
      assert.equal(other.score, one.score);
      assert.equal(other.outcome, one.outcome);
      assert.deepEqual(
        other.reasons.map(({ rule }) => rule).sort(),
        one.reasons.map(({ rule }) => rule).sort(),
      );
    }),
  );
});

test('contributions are never negative and add up to the score in millionths', () => {
  const micro = (value: number) => Math.round(value * 1e6);
  fc.assert(
    fc.property(someRules, soundFeatures, (rules, features) => {
      const { score, reasons } = decideBy(rules, features);
      assert.ok(reasons.every(({ contribution }) => contribution >= 0));
      assert.equal(
        reasons.reduce((sum, { contribution }) => sum + micro(contribution), 0),
        micro(score),
      );
      assert.equal(micro(score) / 1e6, score);
    }),
  );
});
