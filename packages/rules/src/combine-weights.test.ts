import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combineWeights } from './combine-weights.ts';

test('the combined weight is exact to a millionth, with a half rounded up', () => {
  // 1 − 0.5^7 = 0.9921875
  assert.equal(combineWeights(new Array<number>(7).fill(0.5)).score, 0.992_188);
  // 1 − 0.999^3 = 0.002997001
  assert.equal(combineWeights([0.001, 0.001, 0.001]).score, 0.002_997);
});

test('a weight of one leaves nothing to the rules after it', () => {
  assert.deepEqual(combineWeights([0.25, 1, 0.5]), { score: 1, contributions: [0.25, 0.75, 0] });
});

test('no weights combine to nothing', () => {
  assert.deepEqual(combineWeights([]), { score: 0, contributions: [] });
});
