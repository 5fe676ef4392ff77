import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureValues, OnlineModel } from '@weir/contracts';
import fc from 'fast-check';
import { locateAll, partAt, prepareModel } from './additive-model.ts';
import { locate } from './locate.ts';
import { modelOf, someFeatures, someModel, termOf } from './model.fixture.ts';

/** Read off the definition, knot by knot: the weights of one row, straight between them. */
function between(
  knots: readonly number[],
  weights: readonly number[],
  value: number | null | undefined,
): number {
  const at = (index: number): number => weights[index] ?? NaN;
  if (value === null || value === undefined) return at(knots.length);
  if (value <= (knots[0] ?? NaN)) return at(0);
  for (let index = 1; index < knots.length; index += 1) {
    const [from, to] = [knots[index - 1] ?? NaN, knots[index] ?? NaN];
    if (value <= to) return at(index - 1) + ((value - from) / (to - from)) * (at(index) - at(index - 1));
  }
  return at(knots.length - 1);
}

/** The nearest knot, the lower one where two are as near; behind all of them for a value that is none. */
function nearest(knots: readonly number[], value: number | null | undefined): number {
  if (value === null || value === undefined) return knots.length;
  const distances = knots.map((knot) => Math.abs(knot - value));
  return distances.indexOf(Math.min(...distances));
}

function expectedPart(
  { inputs, terms }: OnlineModel,
  termIndex: number,
  features: FeatureValues,
): number | undefined {
  const term = terms[termIndex];
  const [first, second] = (term?.inputs ?? []).map((index) => inputs[index]);
  if (term === undefined || first === undefined) return undefined;
  if (second === undefined) return between(first.knots, term.weights, features[first.feature]);
  const width = second.knots.length + 1;
  const row = nearest(first.knots, features[first.feature]);
  return between(second.knots, term.weights.slice(row * width, (row + 1) * width), features[second.feature]);
}

test('a term is straight between its knots, flat beyond them, and of a pair the first lies on its nearest knot', () => {
  fc.assert(
    fc.property(someModel, someFeatures, (model, features) => {
      const { inputs, terms } = prepareModel(model);
      locateAll(inputs, features);
      terms.forEach((term, index) => {
        const expected = expectedPart(model, index, features) ?? NaN;
        assert.ok(Math.abs(partAt(term) - expected) < 1e-9, `term ${index}`);
      });
    }),
    { numRuns: 400 },
  );
});

test('a value lies on the last knot at or below it and by its share towards the next', () => {
  const knots = [-1, 0, 2, 10];
  const places = [-7, -1, -0.75, 0, 1, 2, 9, 10, 99, null, undefined].map((value) => {
    const place = { index: 7, share: 7 };
    locate(knots, value, place);
    return [place.index, place.share];
  });
  assert.deepEqual(places, [
    ...[
      [0, 0],
      [0, 0],
      [0, 0.25],
      [1, 0],
      [1, 0.5],
      [2, 0],
      [2, 0.875],
    ],
    ...[
      [3, 0],
      [3, 0],
      [4, 0],
      [4, 0],
    ],
  ]);
});

test('a model asked again answers by the new features alone', () => {
  const { inputs, terms } = prepareModel(
    modelOf([{ feature: 'f0', knots: [0, 1] }], [termOf([0], [1, 2, 5])]),
  );
  const asked = [{ f0: 0.5 }, { f0: null }, {}, { f0: 1 }].map((features) => {
    locateAll(inputs, features);
    return terms.map(partAt);
  });
  assert.deepEqual(asked, [[1.5], [5], [5], [2]]);
});

test('a term of an input that is not there is refused', () => {
  const inputs = [{ feature: 'f0', knots: [0, 1] }];
  assert.throws(() => prepareModel(modelOf(inputs, [termOf([1], [0, 0, 0])])), RangeError);
  assert.throws(() => prepareModel(modelOf(inputs, [termOf([0, 1], [0, 0, 0])])), RangeError);
});
