import assert from 'node:assert/strict';
import { test } from 'node:test';
import { riskFeatureNames } from '../risk/risk-features.ts';
import { isRiskInput, modelInputs, modelPairs } from './inputs.ts';
import { labelFreeEvidence } from './label-free.ts';
import { reasonsOf } from './reason-groups.ts';

const reasons = (features: Record<string, number>) =>
  reasonsOf({
    base: 0.003,
    features: Object.entries(features).map(([feature, contribution]) => ({ feature, contribution })),
  });

test('features that speak of the same are one reason, the largest first', () => {
  assert.deepEqual(
    reasons({ newCountry: 0.12, amountRobustZ: 0.2, amountPeerZ: 0.25, velocitySurprise_1h: 0.05 }),
    [
      {
        rule: 'unusual_amount',
        severity: 'high',
        contribution: 0.45,
        features: ['amountRobustZ', 'amountPeerZ'],
      },
      { rule: 'new_country', severity: 'medium', contribution: 0.12, features: ['newCountry'] },
      { rule: 'velocity_surprise', severity: 'low', contribution: 0.05, features: ['velocitySurprise_1h'] },
    ],
  );
});

test('what speaks against takes from its group, and is not among the features it rests on', () => {
  assert.deepEqual(reasons({ amountRobustZ: 0.2, amountPeerZ: -0.05, hourSurprise: -0.4 }), [
    { rule: 'unusual_amount', severity: 'medium', contribution: 0.15, features: ['amountRobustZ'] },
  ]);
});

test('a reason is shown from a hundredth on, is medium from a tenth and high from three tenths', () => {
  const severityAt = (contribution: number) => reasons({ newChannel: contribution })[0]?.severity;
  assert.deepEqual([0.009999, 0.01, 0.099999, 0.1, 0.299999, 0.3].map(severityAt), [
    undefined,
    'low',
    'low',
    'medium',
    'medium',
    'high',
  ]);
});

test('of reasons that are equal to the millionth the first in the alphabet comes first', () => {
  // In binary fractions 0.1 + 0.2 is a little more than 0.3.
  const equal = reasons({ amountRobustZ: 0.1, amountPeerZ: 0.2, newCountry: 0.3 });
  assert.deepEqual(
    equal.map(({ rule, contribution }) => [rule, contribution]),
    [
      ['new_country', 0.3],
      ['unusual_amount', 0.3],
    ],
  );
});

test('a reason is never more than the whole score, even where another takes away from it', () => {
  assert.equal(reasons({ amountRobustZ: 2.5, newCountry: -1.6 })[0]?.contribution, 1);
});

test('whatever a score looks at belongs to a reason, but how much history there was', () => {
  const features = new Set([
    ...labelFreeEvidence.map(({ feature }) => feature),
    ...modelInputs.map(({ feature }) => feature),
    ...riskFeatureNames,
    'passThroughMinor',
  ]);
  for (const feature of features)
    assert.equal(reasons({ [feature]: 0.5 }).length, feature === 'historyState' ? 0 : 1, feature);
});

test('what was reported of others is told from what the account does', () => {
  for (const name of riskFeatureNames) assert.ok(isRiskInput(name), name);
  for (const { feature } of labelFreeEvidence) assert.ok(!isRiskInput(feature), feature);
});

test('inputs have ascending knots and pairs are made of inputs, of which both are the own behaviour or both are reports', () => {
  for (const { feature, knots } of modelInputs)
    for (const [index, knot] of knots.entries())
      assert.ok(index === 0 || knot > (knots[index - 1] ?? NaN), `${feature} ${index}`);
  for (const pair of modelPairs) {
    for (const name of pair)
      assert.ok(
        modelInputs.some(({ feature }) => feature === name),
        name,
      );
    assert.equal(isRiskInput(pair[0]), isRiskInput(pair[1]));
  }
});
