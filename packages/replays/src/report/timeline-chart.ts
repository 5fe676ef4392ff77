import { formatInstant } from '@weir/contracts';
import type { Timeline, TimelinePoint } from '../comparison-state.ts';
import { figure } from './page-parts.ts';
import { widePlot } from './plots.ts';
import { counted, shownAmount, shownMinute } from './shown.ts';

/** How a point is drawn: each has a shape of its own, for those who don't see the colours. */
export type PointKind = 'cleared' | 'held' | 'heldNow' | 'heldThen' | 'neither';

/** The kinds in the order they are drawn in, what matters most on top, each with its words. */
export const pointKinds: readonly (readonly [PointKind, string])[] = [
  ['cleared', 'cleared both times'],
  ['neither', 'a duplicate or a rejection'],
  ['held', 'held both times'],
  ['heldThen', 'held then, not now'],
  ['heldNow', 'held now, not then'],
];

function pointKindOf({ then, now }: Pick<TimelinePoint, 'then' | 'now'>): PointKind {
  if (now === 'held') return then === 'held' ? 'held' : 'heldNow';
  if (then === 'held') return 'heldThen';
  return then === 'cleared' && now === 'cleared' ? 'cleared' : 'neither';
}

/** A mark around a point of the picture: dot, cross, diamond, triangle down, triangle up. */
export function markAt(kind: PointKind, x: number, y: number): string {
  const place = `transform="translate(${String(x)} ${String(y)})"`;
  switch (kind) {
    case 'cleared':
      return `<circle class="cleared" r="3.5" ${place}/>`;
    case 'neither':
      return `<path class="neither" d="M-4 -4L4 4M-4 4L4 -4" ${place}/>`;
    case 'held':
      return `<path class="held" d="M0 -7L7 0L0 7L-7 0Z" ${place}/>`;
    case 'heldThen':
      return `<path class="heldThen" d="M-7 -5H7L0 7Z" ${place}/>`;
    case 'heldNow':
      return `<path class="heldNow" d="M-7 5H7L0 -7Z" ${place}/>`;
  }
}

/** The currency most of an account's transactions are in: amounts of others have no place on the same axis. */
export function mainCurrency(points: readonly TimelinePoint[]): string {
  const counts = new Map<string, number>();
  for (const { currency } of points) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0])[0];
}

/** An account's amounts over time, on a logarithmic scale, with what was held marked; "" where there is none. */
export function timelineChart({ account, points: all }: Timeline, id: string): string {
  const currency = mainCurrency(all);
  const points = all.filter((point) => point.currency === currency);
  if (points.length === 0) return '';
  const times = extremesOf(points.map(({ eventTimeMs }) => eventTimeMs));
  const amounts = extremesOf(points.map(({ amountMinor }) => Math.max(1, amountMinor)));
  const decades = [Math.floor(Math.log10(amounts.least)), Math.ceil(Math.log10(amounts.most))] as const;
  const [lowest, highest] = [decades[0], Math.max(decades[1], decades[0] + 1)];
  const timeShare = (eventTimeMs: number): number =>
    times.most === times.least
      ? 0.5
      : 0.02 + (0.96 * (eventTimeMs - times.least)) / (times.most - times.least);
  const amountShare = (amountMinor: number): number =>
    (Math.log10(Math.max(1, amountMinor)) - lowest) / (highest - lowest);
  const range = `between ${shownAmount(amounts.least, currency)} and ${shownAmount(amounts.most, currency)}`;
  return figure(widePlot, {
    id,
    title: `Amounts of ${account}`,
    description: `${counted(points.length, 'transaction')} ${range}, ${span(times)}: ${kindsInWords(points)}.`,
    xLabel: 'when it happened (UTC)',
    yLabel: `${currency} (log)`,
    xTicks: timeTicks(times, timeShare),
    yTicks: decadeTicks(lowest, highest, currency),
    marks: pointKinds.flatMap(([kind]) =>
      points
        .filter((point) => pointKindOf(point) === kind)
        .map(({ eventTimeMs, amountMinor }) =>
          markAt(kind, widePlot.atX(timeShare(eventTimeMs)), widePlot.atY(amountShare(amountMinor))),
        ),
    ),
  });
}

type Extremes = { readonly least: number; readonly most: number };

const extremesOf = (values: readonly number[]): Extremes =>
  values.reduce(
    ({ least, most }, value) => ({ least: Math.min(least, value), most: Math.max(most, value) }),
    { least: Infinity, most: -Infinity },
  );

const span = ({ least, most }: Extremes): string =>
  `${shownMinute(formatInstant(least))} to ${shownMinute(formatInstant(most))}`;

function kindsInWords(points: readonly TimelinePoint[]): string {
  return pointKinds
    .map(([kind, words]) => [points.filter((point) => pointKindOf(point) === kind).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${String(count)} ${words}`)
    .join(', ');
}

const dayMs = 86_400_000;

/** Five times from the first to the last: days where there are several, else hours and minutes. */
function timeTicks({ least, most }: Extremes, share: (timeMs: number) => number) {
  const label = (timeMs: number): string => {
    const text = formatInstant(timeMs);
    return most - least < 2 * dayMs ? text.slice(11, 16) : text.slice(5, 10);
  };
  const times = most === least ? [least] : [0, 1, 2, 3, 4].map((at) => least + ((most - least) * at) / 4);
  return times.map((timeMs) => ({ share: share(timeMs), label: label(timeMs) }));
}

function decadeTicks(lowest: number, highest: number, currency: string) {
  const every = Math.ceil((highest - lowest) / 5);
  return Array.from({ length: Math.floor((highest - lowest) / every) + 1 }, (_, at) => ({
    share: (at * every) / (highest - lowest),
    label: shownAmount(10 ** (lowest + at * every), currency).replace(/(?:\.0+)? [A-Z]{3}$/, ''),
  }));
}
