import type { FeatureValues, OnnxDescriptor } from '@weir/contracts';
import { exp } from '@weir/windows';

const micro = 1_000_000;

/** The input of a batch: a row of float32 for each transaction, in the order the descriptor names features, in base64. */
export function inputOf(
  { featureNames, missing }: Pick<OnnxDescriptor, 'featureNames' | 'missing'>,
  rows: readonly FeatureValues[],
): string {
  const columns = featureNames.length;
  const instead = missing === 'nan' ? NaN : missing;
  const values = new Float32Array(rows.length * columns);
  for (const [row, features] of rows.entries()) {
    for (const [column, name] of featureNames.entries()) {
      values[row * columns + column] = features[name] ?? instead;
    }
  }
  return Buffer.from(values.buffer).toString('base64');
}

/** The scores that a model gave `count` rows, in whole millionths; undefined where one of them is none. */
export function scoresFrom(
  { scoreFrom }: Pick<OnnxDescriptor, 'scoreFrom'>,
  values: unknown,
  count: number,
): readonly number[] | undefined {
  const bytes = typeof values === 'string' ? Buffer.from(values, 'base64') : Buffer.alloc(0);
  if (bytes.length !== count * Float64Array.BYTES_PER_ELEMENT) return undefined;
  const scores = Array.from({ length: count }, (_, row) =>
    scoreOf(scoreFrom, bytes.readDoubleLE(row * Float64Array.BYTES_PER_ELEMENT)),
  );
  return scores.every((score) => score >= 0 && score <= 1) ? scores : undefined;
}

/** NaN where the value is none. Rounding takes in what float32 misses 0 and 1 by. */
function scoreOf(scoreFrom: OnnxDescriptor['scoreFrom'], value: number): number {
  if (!Number.isFinite(value)) return NaN;
  const probability = scoreFrom === 'logit' ? 1 / (1 + exp(-value)) : value;
  // Adding zero turns -0 into 0, which JSON knows no other of.
  return Math.round(probability * micro) / micro + 0;
}
