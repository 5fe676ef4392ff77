import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureValues } from '@weir/contracts';
import { ln } from '@weir/windows';
import { featureNames } from '../feature-names.ts';
import {
  evidenceOf,
  labelFreeBase,
  labelFreeEvidence,
  passThroughEvidence,
  repeatedAmountEvidence,
  shareThatCounts,
} from './label-free.ts';
import { labelFreeLogOdds, logOddsOf, partsOf } from './log-odds.ts';

test('a transaction that nothing speaks against has the log-odds of the base', () => {
  const silent: FeatureValues[] = [
    {},
    Object.fromEntries(featureNames.map((name) => [name, null])),
    Object.fromEntries(featureNames.map((name) => [name, 0])),
    Object.fromEntries(labelFreeEvidence.map(({ feature, from }) => [feature, from])),
  ];
  for (const features of silent) {
    assert.equal(labelFreeLogOdds(features), 0);
    assert.equal(logOddsOf(undefined, features), labelFreeBase);
    assert.deepEqual(partsOf(undefined, features), { base: labelFreeBase, parts: new Map() });
  }
});

test('the score looks at features that the standard plan has, each once', () => {
  const names = labelFreeEvidence.map(({ feature }) => feature);
  assert.deepEqual(new Set(names).size, names.length);
  for (const name of names) assert.ok(featureNames.includes(name), name);
});

for (const one of labelFreeEvidence) {
  const { feature, from, weight } = one;
  test(`more of ${feature} never speaks less for fraud, and from ${from} on it speaks more`, () => {
    const values = Array.from({ length: 400 }, (_, index) => index / 4 - 10);
    const logOdds = values.map((value) => labelFreeLogOdds({ newChannel: 1, [feature]: value }));
    logOdds.forEach((here, index) => {
      const before = logOdds[index - 1] ?? -Infinity;
      if ((values[index] ?? 0) > from) assert.ok(here > before, `at ${values[index]}`);
      else assert.ok(here >= before, `at ${values[index]}`);
    });
    assert.equal(
      evidenceOf(one, { [feature]: from + 2 }),
      weight * (one.isRatio === true ? ln((from + 2) / from) : from + 2 - from),
    );
  });
}

test('up to six log-odds all evidence counts, beyond them the more there is the less more of it adds', () => {
  assert.deepEqual([0, 1, 6].map(shareThatCounts), [1, 1, 1]);
  assert.equal(12 * shareThatCounts(12), 6 + 6 * ln(2));
  assert.ok(Math.abs(600 * shareThatCounts(600) - (6 + 6 * ln(100))) < 1e-9);
});

test('where evidence begins to count less there is neither a step nor a bend', () => {
  const counted = (logOdds: number): number => logOdds * shareThatCounts(logOdds);
  const step = 1e-6;
  assert.ok(Math.abs(counted(6 + step) - counted(6)) < 1.001 * step);
  const slopeBefore = (counted(6) - counted(6 - step)) / step;
  const slopeBehind = (counted(6 + step) - counted(6)) / step;
  assert.ok(Math.abs(slopeBefore - slopeBehind) < 1e-3);
  for (let logOdds = 0.1; logOdds < 100; logOdds += 0.1)
    assert.ok(counted(logOdds + 0.1) > counted(logOdds), `at ${logOdds}`);
});

test('money passed through speaks by how many typical amounts it is, and a refund spent again does not', () => {
  const passed = {
    passThroughShare: 0.9,
    passThroughMinor: 90_000,
    amountMinor: 90_000,
    amountOverTypical: 6,
  };
  assert.equal(passThroughEvidence(passed), 0.5 * ln(6));
  assert.equal(passThroughEvidence({ ...passed, passThroughMinor: 45_000 }), 0.5 * ln(3));
  assert.equal(passThroughEvidence({ ...passed, passThroughShare: 0.79 }), 0);
  assert.equal(passThroughEvidence({ ...passed, amountOverTypical: 1 }), 0);
  assert.equal(passThroughEvidence({ ...passed, amountOverTypical: null }), 0);
  assert.equal(passThroughEvidence({ ...passed, amountMinor: 0 }), 0);
  assert.equal(passThroughEvidence({}), 0);
});

test('an unusual amount counts more in a week that had others, an ordinary one and a first one do not', () => {
  const evidence = (amountRobustZ: number | null, peakOverTypical_7d: number | null) =>
    repeatedAmountEvidence({ amountRobustZ, peakOverTypical_7d });
  assert.deepEqual(
    [
      evidence(3, 2.5),
      evidence(0.5, 2.5),
      evidence(0, 2.5),
      evidence(3, 1),
      evidence(null, 2),
      evidence(2, null),
    ],
    [1.5, 0.75, 0, 0, 0, 0],
  );
  const { parts } = partsOf(undefined, { amountRobustZ: 3, peakOverTypical_7d: 2.5 });
  assert.deepEqual([...parts.keys()], ['amountRobustZ', 'peakOverTypical_7d']);
});
