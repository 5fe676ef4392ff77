import { operatingPoints, totals, type CountedScores } from './counted-scores.ts';

/**
 * The area under the receiver operating characteristic: how likely a fraud
 * scores above a genuine transaction, a tie counting half (Mann–Whitney with
 * midranks). null without a fraud or without a genuine transaction.
 */
export function rocAuc(counted: CountedScores): number | null {
  const { genuine, frauds } = totals(counted);
  if (genuine === 0 || frauds === 0) return null;
  let below = 0;
  let wins = 0;
  for (let bin = 0; bin < counted.genuine.length; bin += 1) {
    const here = counted.genuine[bin] ?? 0;
    wins += (counted.fraud[bin] ?? 0) * (below + here / 2);
    below += here;
  }
  return wins / genuine / frauds;
}

/**
 * Average precision: the precision at each distinct score, weighted by what it
 * adds to the recall, without interpolation (as scikit-learn's
 * average_precision_score has it). null without a fraud.
 */
export function averagePrecision(counted: CountedScores): number | null {
  const { frauds } = totals(counted);
  if (frauds === 0) return null;
  let sum = 0;
  let before = 0;
  for (const point of operatingPoints(counted)) {
    sum += ((point.frauds - before) * point.frauds) / point.alerts;
    before = point.frauds;
  }
  return sum / frauds;
}

export type CurvePoint = { readonly recall: number; readonly precision: number };

/** The precision-recall curve, thinned to about `points` of them evenly over the recall, the last one kept. */
export function precisionRecallCurve(counted: CountedScores, points = 200): readonly CurvePoint[] {
  const { frauds } = totals(counted);
  const curve: CurvePoint[] = [];
  if (frauds === 0) return curve;
  let nextRecall = 0;
  for (const point of operatingPoints(counted)) {
    const recall = point.frauds / frauds;
    if (point.frauds === 0 || (recall < nextRecall && point.frauds < frauds)) continue;
    curve.push({ recall, precision: point.frauds / point.alerts });
    nextRecall = recall + 1 / points;
    if (point.frauds === frauds) break;
  }
  return curve;
}

/** The lowest bin at or above which at most `alerts` lie; one beyond all where even the highest score has more. */
export function lowestBinWithin(counted: CountedScores, alerts: number): number {
  let lowest = counted.genuine.length;
  for (const point of operatingPoints(counted)) {
    if (point.alerts > alerts) break;
    lowest = point.bin;
  }
  return lowest;
}

/** How many lie at or above a bin, and how many of them are frauds. */
export function atLeast(
  counted: CountedScores,
  bin: number,
): { readonly alerts: number; readonly frauds: number } {
  let alerts = 0;
  let frauds = 0;
  for (let at = bin; at < counted.genuine.length; at += 1) {
    frauds += counted.fraud[at] ?? 0;
    alerts += (counted.genuine[at] ?? 0) + (counted.fraud[at] ?? 0);
  }
  return { alerts, frauds };
}
