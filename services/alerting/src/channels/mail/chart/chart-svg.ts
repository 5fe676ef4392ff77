import { escapeMarkup } from '../escape-markup.ts';
import type { AmountsChart, ChartPoint } from './amounts-chart.ts';

/** In CSS pixels; drawn at twice as many. On a phone it is shown at a little over half of it. */
export const chartWidth = 600;
export const chartHeight = 260;

const plot = { left: 92, right: 576, top: 58, bottom: 216 };
const letters = 22;
const dot = 6;
const diamond = 13;

/** On a ground of its own, so that it looks the same in a light and in a dark mail; text has at least 7:1 on it. */
const colours = {
  ground: '#17212b',
  text: '#dfe7ee',
  line: '#41505f',
  usual: '#274a52',
  out: '#8dbbe6',
  in: '#86d9b4',
  thisOne: '#ff9a62',
} as const;

/** The chart as an SVG: no links, no scripts, and no text but numbers, days and a few words of ours. */
export function chartSvg(chart: AmountsChart): string {
  const { before, thisOne } = chart;
  const step = (plot.right - diamond - plot.left - dot) / before.length;
  const xOf = (index: number): number => plot.left + dot + index * step;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${chartWidth}" height="${chartHeight}" font-family="Inter" font-size="${letters}">`,
    `<rect width="${chartWidth}" height="${chartHeight}" rx="12" fill="${colours.ground}"/>`,
    usualBand(chart.usual),
    ...chart.lines.map(gridLine),
    ...before.map((point, index) => circle(point, xOf(index))),
    diamondAt(thisOne, xOf(before.length)),
    labelOf(chart, xOf),
    ...legend(chart),
    text(plot.left, chartHeight - 14, chart.firstDay, 'start'),
    text(plot.right, chartHeight - 14, chart.lastDay, 'end'),
    '</svg>',
  ].join('');
}

const yOf = (height: number): number => round(plot.bottom - height * (plot.bottom - plot.top));
const round = (value: number): number => Math.round(value * 10) / 10;

const text = (x: number, y: number, words: string, anchor: 'start' | 'end', more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" fill="${colours.text}" text-anchor="${anchor}" ${more}>${escapeMarkup(words)}</text>`;

function usualBand(usual: AmountsChart['usual']): string {
  if (usual === undefined) return '';
  const [top, bottom] = [yOf(usual.high), yOf(usual.low)];
  return `<rect x="${plot.left}" y="${top}" width="${plot.right - plot.left}" height="${Math.max(3, round(bottom - top))}" fill="${colours.usual}"/>`;
}

function gridLine({ height, label }: AmountsChart['lines'][number]): string {
  const y = yOf(height);
  return (
    `<path d="M${plot.left} ${y}H${plot.right}" stroke="${colours.line}" stroke-width="1"/>` +
    text(plot.left - 10, y + letters * 0.36, label, 'end')
  );
}

/** Out is filled, in is a ring: the two are told apart without colours, too. */
const shapeOf = ({ creditDebitIndicator }: ChartPoint, colour: string): string =>
  creditDebitIndicator === 'DBIT'
    ? `fill="${colour}"`
    : `fill="${colours.ground}" stroke="${colour}" stroke-width="3"`;

const colourOf = ({ creditDebitIndicator }: ChartPoint): string =>
  creditDebitIndicator === 'DBIT' ? colours.out : colours.in;

const circle = (point: ChartPoint, x: number, y = yOf(point.height)): string =>
  `<circle cx="${round(x)}" cy="${y}" r="${dot}" ${shapeOf(point, colourOf(point))}/>`;

const diamondAt = (point: ChartPoint, x: number, y = yOf(point.height)): string =>
  `<path d="M${round(x)} ${y - diamond}l${diamond} ${diamond}l-${diamond} ${diamond}l-${diamond} -${diamond}z" ${shapeOf(point, colours.thisOne)}/>`;

/** About the most that a letter takes, of a digit's width. */
const letterWidth = letters * 0.62;

/** Its amount stands left of it, with a rim where a line runs behind it; where it would hide dots it is left out. */
function labelOf({ before, thisOne }: AmountsChart, xOf: (index: number) => number): string {
  const right = xOf(before.length) - diamond - 8;
  const left = right - thisOne.label.length * letterWidth;
  const y = yOf(thisOne.height);
  const hides = before.some(
    (point, index) => xOf(index) + dot > left && Math.abs(yOf(point.height) - y) < letters,
  );
  const rim = `stroke="${colours.ground}" stroke-width="6" stroke-linejoin="round" paint-order="stroke"`;
  return hides ? '' : text(right, y + letters * 0.36, thisOne.label, 'end', rim);
}

/** Only what is there is explained. */
function legend({ before, thisOne, usual }: AmountsChart): readonly string[] {
  const has = (indicator: ChartPoint['creditDebitIndicator']): boolean =>
    before.some((point) => point.creditDebitIndicator === indicator);
  const marks = [
    ...(has('DBIT') ? [{ words: 'out', width: 78, mark: legendDot('DBIT') }] : []),
    ...(has('CRDT') ? [{ words: 'in', width: 66, mark: legendDot('CRDT') }] : []),
    { words: 'this one', width: 128, mark: (x: number) => diamondAt(thisOne, x, legendY - 8) },
    ...(usual === undefined ? [] : [{ words: 'usual', width: 90, mark: legendBand }]),
  ];
  let x = plot.left + dot;
  return marks.map(({ words, width, mark }) => {
    const at = x;
    x += width;
    return mark(at) + text(at + 18, legendY, words, 'start');
  });
}

const legendY = 34;

const legendDot =
  (creditDebitIndicator: ChartPoint['creditDebitIndicator']) =>
  (x: number): string =>
    circle({ height: 0, creditDebitIndicator }, x, legendY - 8);

const legendBand = (x: number): string =>
  `<rect x="${round(x - 12)}" y="${legendY - 17}" width="24" height="18" fill="${colours.usual}"/>`;
