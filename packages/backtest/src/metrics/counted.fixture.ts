import { createCountedScores, scoreScale, type CountedScores, type ScoreScale } from './counted-scores.ts';

export type Labelled = { readonly score: number; readonly isFraud: boolean };

/** Scores counted as an evaluation counts them. */
export function countedOf(rows: readonly Labelled[], scale: ScoreScale = scoreScale): CountedScores {
  const counted = createCountedScores(scale.bins);
  for (const { score, isFraud } of rows) {
    const counts = isFraud ? counted.fraud : counted.genuine;
    const bin = scale.binOf(score);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counted;
}

/** Frauds and genuine transactions by their scores. */
export const labelled = (frauds: readonly number[], genuine: readonly number[]): readonly Labelled[] => [
  ...frauds.map((score) => ({ score, isFraud: true })),
  ...genuine.map((score) => ({ score, isFraud: false })),
];
