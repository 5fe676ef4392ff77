import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { microOf } from '../round-micro.ts';
import { contributionsOf, probabilityOf } from './contributions.ts';
import type { Contributions } from './scorer.ts';
import { scorerOf } from './create-scorer.ts';
import { logOddsOf, partsOf } from './log-odds.ts';
import { prepareModel } from './additive-model.ts';
import { someFeatures, someModel } from './model.fixture.ts';

const wholeMicro = (value: number): number => {
  assert.ok(Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3, `${value} is no whole millionth`);
  return Math.round(value * 1e6);
};

const totalMicro = ({ base, features }: Contributions): number =>
  features.reduce((total, { contribution }) => total + wholeMicro(contribution), wholeMicro(base));

const explained = (base: number, parts: Record<string, number>) => {
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  const scoreMicro = microOf(probabilityOf(base + sum));
  return { scoreMicro, ...contributionsOf({ base, parts: new Map(Object.entries(parts)) }, scoreMicro) };
};

test('base and contributions add up to the score to the millionth, whatever was learned', () => {
  fc.assert(
    fc.property(fc.option(someModel), someFeatures, (model, features) => {
      const scorer = scorerOf({ peers: [], counterparties: [], accounts: [], model });
      assert.equal(totalMicro(scorer.explain(features)), wholeMicro(scorer.score(features)));
    }),
    { numRuns: 1_000 },
  );
});

test('what the parts come to is the log-odds of the score, and the label-free evidence as far as it still counts', () => {
  fc.assert(
    fc.property(someModel, someFeatures, (model, features) => {
      const { base, parts } = partsOf(prepareModel(model), features);
      const sum = [...parts.values()].reduce((total, part) => total + part, base);
      assert.ok(Math.abs(sum - logOddsOf(prepareModel(model), features)) < 1e-9);
    }),
  );
});

test('they add up to the score that was given, also where the parts, summed in their own order, come to its neighbour', () => {
  const parts = new Map([
    ['f0', 1.25],
    ['f1', -0.5],
  ]);
  const scoreMicro = microOf(probabilityOf(-0.25));
  for (const given of [scoreMicro - 1, scoreMicro, scoreMicro + 1]) {
    assert.equal(totalMicro(contributionsOf({ base: -1, parts }, given)), given);
    assert.equal(totalMicro(contributionsOf({ base: -0.25, parts: new Map() }, given)), given);
  }
});

test('a contribution is its share of the way from the base to the score, to the millionth', () => {
  const someParts = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    fc.double({ min: -9, max: 9, noNaN: true }),
    { minKeys: 1 },
  );
  fc.assert(
    fc.property(fc.double({ min: -9, max: 9, noNaN: true }), someParts, (base, parts) => {
      const sum = Object.values(parts).reduce((total, part) => total + part, 0);
      fc.pre(Math.abs(sum) > 1e-3);
      const { features } = explained(base, parts);
      const slope = (probabilityOf(base + sum) - probabilityOf(base)) / sum;
      for (const [feature, part] of Object.entries(parts)) {
        const given = features.find((one) => one.feature === feature)?.contribution ?? 0;
        assert.ok(Math.abs(given - part * slope) < 1.001e-6, feature);
      }
    }),
  );
});

test('parts that cancel each other move the score one way and back', () => {
  for (const part of [1e-9, 0.3, 4, 700]) {
    const { scoreMicro, base, features } = explained(0, { a: part, b: -part });
    assert.equal(scoreMicro, 500_000);
    assert.equal(totalMicro({ base, features }), scoreMicro);
    if (part > 1e-6)
      assert.deepEqual(features, [
        { feature: 'a', contribution: part / 4 },
        { feature: 'b', contribution: -part / 4 },
      ]);
  }
});

test('nothing that speaks leaves the base alone, and so does what is less than a millionth', () => {
  assert.deepEqual(explained(-1, {}), { scoreMicro: 268_941, base: 0.268941, features: [] });
  assert.deepEqual(explained(-20, { a: 1 }), { scoreMicro: 0, base: 0, features: [] });
});

test('a certain score is 1 and no more', () => {
  assert.equal(explained(0, { a: 900 }).scoreMicro, 1_000_000);
  assert.equal(explained(0, { a: -900 }).scoreMicro, 0);
});
