import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countedOf, type Labelled } from './counted.fixture.ts';
import { numberScale } from './counted-scores.ts';
import { averagePrecision, rocAuc } from './ranking.ts';

/** Scores of few values, so that there are ties. */
const rows = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 12 }).map((step) => step / 12), isFraud: fc.boolean() }),
  { maxLength: 40 },
);

/** All pairs of a fraud and a genuine transaction, one by one. */
function areaByPairs(all: readonly Labelled[]): number | null {
  const frauds = all.filter(({ isFraud }) => isFraud);
  const genuine = all.filter(({ isFraud }) => !isFraud);
  let wins = 0;
  for (const fraud of frauds)
    for (const other of genuine)
      wins += fraud.score > other.score ? 1 : fraud.score === other.score ? 0.5 : 0;
  return frauds.length === 0 || genuine.length === 0 ? null : wins / frauds.length / genuine.length;
}

/** The definition, threshold by threshold over the rows themselves. */
function precisionByThresholds(all: readonly Labelled[]): number | null {
  const frauds = all.filter(({ isFraud }) => isFraud).length;
  if (frauds === 0) return null;
  let sum = 0;
  let before = 0;
  for (const threshold of [...new Set(all.map(({ score }) => score))].sort((one, other) => other - one)) {
    const alerts = all.filter(({ score }) => score >= threshold);
    const found = alerts.filter(({ isFraud }) => isFraud).length;
    sum += (found / frauds - before) * (found / alerts.length);
    before = found / frauds;
  }
  return sum;
}

const agree = (found: number | null, wanted: number | null): boolean =>
  found === wanted || (found !== null && wanted !== null && Math.abs(found - wanted) < 1e-9);

test('area and average precision are those of their definitions', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const counted = countedOf(all);
      return (
        agree(rocAuc(counted), areaByPairs(all)) &&
        agree(averagePrecision(counted), precisionByThresholds(all))
      );
    }),
    { numRuns: 25 },
  );
});

test('any two numbers that differ by more than a thousandth keep their order in bins', () => {
  const number = fc.double({ min: -1e15, max: 1e15, noNaN: true });
  fc.assert(
    fc.property(number, number, (one, other) => {
      const [low, high] = one < other ? [one, other] : [other, one];
      if (high - low <= Math.max(Math.abs(low), Math.abs(high), 1e-30) * 1e-3) return true;
      return numberScale.binOf(low) < numberScale.binOf(high);
    }),
  );
});

test('the score of a bin is the lowest one that falls into it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e15, noNaN: true }), (score) => {
      const bin = numberScale.binOf(score);
      assert.equal(numberScale.binOf(numberScale.scoreOf(bin)), bin);
      assert.ok(numberScale.scoreOf(bin) <= score * (1 + 1e-6));
    }),
  );
});
