import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedOf, labelled } from './counted.fixture.ts';
import { atLeast, averagePrecision, lowestBinWithin, precisionRecallCurve, rocAuc } from './ranking.ts';

const close = (found: number | null, wanted: number): void => {
  assert.ok(found !== null && Math.abs(found - wanted) < 1e-12, `${String(found)} is not ${String(wanted)}`);
};

test('of two frauds and two genuine transactions three pairs of four in order make an area of 0.75', () => {
  // The example of scikit-learn's documentation of roc_auc_score and average_precision_score.
  const counted = countedOf(labelled([0.35, 0.8], [0.1, 0.4]));
  close(rocAuc(counted), 0.75);
  // At 0.8: recall 1/2, precision 1. At 0.35: recall 1, precision 2/3.
  close(averagePrecision(counted), 0.5 * 1 + 0.5 * (2 / 3));
});

test('a tie between a fraud and a genuine transaction counts half', () => {
  close(rocAuc(countedOf(labelled([0.5], [0.5]))), 0.5);
  // The fraud beats 0.1, ties with 0.5 and loses to 0.9.
  close(rocAuc(countedOf(labelled([0.5], [0.1, 0.5, 0.9]))), 1.5 / 3);
});

test('equal scores are one threshold, whatever order they stand in', () => {
  // All five at once: precision 2/5 at recall 1.
  close(averagePrecision(countedOf(labelled([0.2, 0.2], [0.2, 0.2, 0.2]))), 0.4);
  // 0.9 has one fraud of two (1/2), 0.1 the other: 2 of 4.
  close(averagePrecision(countedOf(labelled([0.9, 0.1], [0.9, 0.1]))), 0.5 * 0.5 + 0.5 * 0.5);
});

test('a perfect ranking has an area and an average precision of 1, its reverse an area of 0', () => {
  const perfect = countedOf(labelled([1, 0.9], [0.2, 0]));
  close(rocAuc(perfect), 1);
  close(averagePrecision(perfect), 1);
  close(rocAuc(countedOf(labelled([0, 0.2], [0.9, 1]))), 0);
});

test('without frauds or without genuine transactions there is no value, and never a NaN', () => {
  assert.equal(rocAuc(countedOf(labelled([], [0.1]))), null);
  assert.equal(rocAuc(countedOf(labelled([0.1], []))), null);
  assert.equal(averagePrecision(countedOf(labelled([], [0.1]))), null);
  assert.equal(averagePrecision(countedOf([])), null);
  assert.deepEqual(precisionRecallCurve(countedOf(labelled([], [0.1]))), []);
});

test('the lowest threshold within a number of alerts never takes half of a tie', () => {
  const counted = countedOf(labelled([0.9, 0.5], [0.8, 0.5, 0.5, 0.1]));
  const bin = lowestBinWithin(counted, 4);
  // 0.5 would bring three more to the two above it.
  assert.equal(bin, 800_000);
  assert.deepEqual(atLeast(counted, bin), { alerts: 2, frauds: 1 });
  assert.equal(lowestBinWithin(counted, 5), 500_000);
  assert.deepEqual(atLeast(counted, lowestBinWithin(counted, 0)), { alerts: 0, frauds: 0 });
});

test('the curve ends where all frauds are found, with the precision there', () => {
  const curve = precisionRecallCurve(countedOf(labelled([0.9, 0.3], [0.5, 0.4, 0.1])));
  assert.deepEqual(curve, [
    { recall: 0.5, precision: 1 },
    { recall: 1, precision: 0.5 },
  ]);
});
