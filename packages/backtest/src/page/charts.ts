import type { CountedScores } from '../metrics/counted-scores.ts';
import type { CurvePoint } from '../metrics/ranking.ts';
import type { DayCounts } from '../metrics/evaluation.ts';
import { atX, atY, bar, chartSvg, type Tick } from './svg.ts';

/** So many bars the scores from 0 to 1 are shown in. */
const distributionBars = 40;

/** How many transactions fell into each of the bars, genuine and fraudulent. */
export function distributionOf({
  genuine,
  fraud,
}: CountedScores): readonly { genuine: number; fraud: number }[] {
  const bars = Array.from({ length: distributionBars }, () => ({ genuine: 0, fraud: 0 }));
  for (let bin = 0; bin < genuine.length; bin += 1) {
    const of =
      bars[Math.min(distributionBars - 1, Math.floor((bin * distributionBars) / (genuine.length - 1)))];
    if (of === undefined) continue;
    of.genuine += genuine[bin] ?? 0;
    of.fraud += fraud[bin] ?? 0;
  }
  return bars;
}

const quarters: readonly Tick[] = [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, label: String(share) }));

/** A bar of one is seen, and one of none isn't: the axis begins at half a transaction. */
const logShare = (count: number, highest: number): number =>
  count === 0 ? 0 : Math.log10(2 * count) / Math.log10(2 * Math.max(10, highest));

/** How the scores of genuine and fraudulent transactions are spread, on a logarithmic scale. */
export function distributionChart(counted: CountedScores, holdAt: number): string {
  const bars = distributionOf(counted);
  const highest = Math.max(...bars.map(({ genuine, fraud }) => Math.max(genuine, fraud)));
  const powers = Array.from(
    { length: Math.floor(Math.log10(Math.max(10, highest))) + 1 },
    (_, power) => 10 ** power,
  );
  const sumAbove = (kind: 'genuine' | 'fraud'): number =>
    bars.slice(Math.ceil(holdAt * distributionBars)).reduce((sum, of) => sum + of[kind], 0);
  const width = 1 / distributionBars;
  return chartSvg({
    id: 'distribution',
    title: 'Scores of genuine and fraudulent transactions',
    description: `Of the transactions scored about ${String(holdAt)} or higher ${String(sumAbove('fraud'))} are frauds and ${String(sumAbove('genuine'))} genuine.`,
    xLabel: 'score',
    yLabel: 'transactions (log)',
    xTicks: quarters,
    yTicks: powers.map((count) => ({ share: logShare(count, highest), label: count.toLocaleString('en') })),
    marks: [
      ...bars.flatMap(({ genuine, fraud }, index) => [
        bar('genuine', [(index + 0.05) * width, (index + 0.5) * width], [0, logShare(genuine, highest)]),
        bar('fraud', [(index + 0.5) * width, (index + 0.95) * width], [0, logShare(fraud, highest)]),
      ]),
      `<line class="threshold" x1="${String(atX(holdAt))}" x2="${String(atX(holdAt))}" y1="${String(atY(0))}" y2="${String(atY(1))}"/>`,
    ],
  });
}

export type Curve = { readonly kind: 'own' | 'other'; readonly points: readonly CurvePoint[] };

/** Precision by recall, of the score and of what it is held against. */
export function curveChart(curves: readonly Curve[]): string {
  const pathOf = (points: readonly CurvePoint[]): string =>
    points
      .map(
        ({ recall, precision }, index) =>
          `${index === 0 ? 'M' : 'L'}${String(atX(recall))} ${String(atY(precision))}`,
      )
      .join('');
  const halfway = curves.find(({ kind }) => kind === 'own')?.points.find(({ recall }) => recall >= 0.5);
  return chartSvg({
    id: 'curve',
    title: 'Precision by recall',
    description:
      halfway === undefined
        ? 'There are no labelled frauds to draw it by.'
        : `Where half of the frauds are found, ${(100 * halfway.precision).toFixed(0)} % of the alerts are frauds.`,
    xLabel: 'recall: share of the frauds that are found',
    yLabel: 'precision',
    xTicks: quarters,
    yTicks: quarters,
    marks: curves.map(({ kind, points }) => `<path class="curve ${kind}" d="${pathOf(points)}"/>`),
  });
}

/** Held transactions of each day, of all accounts, the frauds among them below. */
export function alertsChart(perDay: readonly ({ readonly day: string } & DayCounts)[]): string {
  const heldOn = perDay.map(({ held, leftOut }) => held + leftOut.held);
  const highest = Math.max(1, ...heldOn);
  const width = 1 / Math.max(1, perDay.length);
  const every = Math.max(1, Math.ceil(perDay.length / 8));
  const held = heldOn.reduce((sum, ofDay) => sum + ofDay, 0);
  return chartSvg({
    id: 'alerts',
    title: 'Held transactions a day',
    description: `${String(held)} transactions were held on ${String(perDay.length)} days, ${String(highest)} on the busiest.`,
    xLabel: 'day (UTC)',
    yLabel: 'held',
    xTicks: perDay.flatMap(({ day }, index) =>
      index % every === 0 ? [{ share: (index + 0.5) * width, label: day.slice(5) }] : [],
    ),
    yTicks: [0, 0.5, 1].map((share) => ({ share, label: (share * highest).toFixed(highest < 4 ? 1 : 0) })),
    marks: perDay.flatMap(({ heldFrauds, leftOut }, index) => {
      const frauds = heldFrauds + leftOut.heldFrauds;
      const x = [(index + 0.1) * width, (index + 0.9) * width] as const;
      return [
        bar('fraud', x, [0, frauds / highest]),
        bar('genuine', x, [frauds / highest, (heldOn[index] ?? 0) / highest]),
      ];
    }),
  });
}
