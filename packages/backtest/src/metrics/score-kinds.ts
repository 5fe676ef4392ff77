import { numberScale, scoreScale, type ScoreScale } from './counted-scores.ts';

/**
 * What is measured in one pass: `score` is the verdict's own, the others are
 * what it is held against. `labelFree` is the same ruleset without anything that
 * was learned, `rules` the noisy-or of the starter's fixed rules, `zScore` and
 * `amount` what anybody would try first.
 */
export const scoreKinds = ['score', 'labelFree', 'rules', 'zScore', 'amount'] as const;
export type ScoreKind = (typeof scoreKinds)[number];

export type Scores = Readonly<Record<ScoreKind, number>>;

export const scaleOf: Readonly<Record<ScoreKind, ScoreScale>> = {
  score: scoreScale,
  labelFree: scoreScale,
  rules: scoreScale,
  zScore: numberScale,
  amount: numberScale,
};

/** A value of our own for each kind of score. */
export const forEachKind = <Value>(make: (kind: ScoreKind) => Value): Record<ScoreKind, Value> => ({
  score: make('score'),
  labelFree: make('labelFree'),
  rules: make('rules'),
  zScore: make('zScore'),
  amount: make('amount'),
});

/** What each is called for people. */
export const scoreNames: Readonly<Record<ScoreKind, string>> = {
  score: 'score',
  labelFree: 'label-free score',
  rules: 'fixed rules',
  zScore: 'z-score of the amount',
  amount: 'amount',
};
