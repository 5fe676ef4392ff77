import { changeBars, scoreSquares } from '../comparison-state.ts';
import type { ComparisonState } from '../comparison-state.ts';
import { figure } from './page-parts.ts';
import { squarePlot, widePlot } from './plots.ts';
import { markAt } from './timeline-chart.ts';
import { counted, grouped, shownScore } from './shown.ts';

const quarters = [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, label: String(share) }));

/** The most a square is filled, and the least, so that one verdict is seen too. */
const [mostOpacity, leastOpacity] = [0.95, 0.25];

/**
 * The scores of then across and of now upwards: each square is the darker the more verdicts fall into it, and a
 * diamond marks those where some flipped. What didn't change lies on the dashed line.
 */
export function scoreChart({ scores, changes, largestChange }: ComparisonState): string {
  const side = 1 / scoreSquares;
  const most = Math.max(2, ...scores.map(([, , verdicts]) => verdicts));
  const opacityOf = (verdicts: number): string =>
    (leastOpacity + ((mostOpacity - leastOpacity) * Math.log(verdicts)) / Math.log(most)).toFixed(2);
  const all = sum(scores.map(([, , verdicts]) => verdicts));
  const flips = sum(scores.map(([, , , flipped]) => flipped));
  const changed = sum(changes);
  const { atX, atY } = squarePlot;
  return figure(squarePlot, {
    id: 'scores',
    title: 'Scores then against now',
    description:
      changed === 0
        ? `${counted(all, 'verdict')}, each with the same score then and now; ${grouped(flips)} flipped.`
        : `Of ${counted(all, 'verdict')} ${grouped(changed)} have another score now, by ${shownScore(largestChange)} at the most; ${grouped(flips)} flipped.`,
    xLabel: 'score then',
    yLabel: 'score now',
    xTicks: quarters,
    yTicks: quarters,
    marks: [
      ...scores.map(([then, now, verdicts]) => {
        const [x, y] = [atX(then * side), atY((now + 1) * side)];
        const [width, height] = [atX((then + 1) * side) - x, atY(now * side) - y];
        return `<rect class="square" fill-opacity="${opacityOf(verdicts)}" x="${String(x)}" y="${String(y)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>`;
      }),
      `<line class="threshold" x1="${String(atX(0))}" y1="${String(atY(0))}" x2="${String(atX(1))}" y2="${String(atY(1))}"/>`,
      ...scores
        .filter(([, , , flipped]) => flipped > 0)
        .map(([then, now]) => markAt('held', atX((then + 0.5) * side), atY((now + 0.5) * side))),
    ],
  });
}

/** How far scores moved, up and down, on a logarithmic scale. */
export function changesChart({ changes }: ComparisonState): string {
  const width = 1 / changeBars;
  const highest = Math.max(10, ...changes);
  // A bar of one is seen, and one of none isn't: the axis begins at half a verdict.
  const share = (count: number): number =>
    count === 0 ? 0 : Math.log10(2 * count) / Math.log10(2 * highest);
  const half = changeBars / 2;
  const [down, up] = [sum(changes.slice(0, half)), sum(changes.slice(half))];
  return figure(widePlot, {
    id: 'changes',
    title: 'How far scores moved',
    description: `${counted(down, 'score')} went down and ${grouped(up)} up.`,
    xLabel: 'now − then',
    yLabel: 'verdicts (log)',
    xTicks: [-1, -0.5, 0, 0.5, 1].map((change) => ({ share: (change + 1) / 2, label: String(change) })),
    yTicks: Array.from({ length: Math.floor(Math.log10(highest)) + 1 }, (_, power) => 10 ** power).map(
      (count) => ({ share: share(count), label: grouped(count) }),
    ),
    marks: changes.map((count, index) =>
      widePlot.bar('change', [(index + 0.05) * width, (index + 0.95) * width], [0, share(count)]),
    ),
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
