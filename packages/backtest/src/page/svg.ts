/** Text that may stand in HTML and SVG, between tags and in attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** How large a chart is, and how much of it is kept for its labels, in the units of its viewBox; text is 12 of them. */
type Frame = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

export type Tick = { readonly share: number; readonly label: string };

export type Chart = {
  readonly id: string;
  readonly title: string;
  /** Says in a sentence what the picture shows, for those who can't see it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** What is drawn within the frame. */
  readonly marks: readonly string[];
};

export type Plot = {
  /** Where a share of the width or height lies; 0 is left and below. */
  readonly atX: (share: number) => number;
  readonly atY: (share: number) => number;
  /** A bar between two shares of the width, from one share of the height up to another. */
  readonly bar: (
    kind: string,
    x: readonly [from: number, to: number],
    y: readonly [from: number, to: number],
  ) => string;
  /** A chart as SVG with its axes; colours come from the page's style. */
  readonly chartSvg: (chart: Chart) => string;
};

/** A tenth of a unit is less than any screen shows. */
const round = (value: number): number => Math.round(value * 10) / 10;

/** What draws charts of one size. */
export function createPlot(frame: Frame): Plot {
  const width = frame.width - frame.left - frame.right;
  const height = frame.height - frame.top - frame.bottom;
  const atX = (share: number): number => round(frame.left + share * width);
  const atY = (share: number): number => round(frame.top + (1 - share) * height);
  return {
    atX,
    atY,
    bar: (kind, [x0, x1], [y0, y1]) =>
      y1 <= y0
        ? ''
        : `<rect class="${kind}" x="${String(atX(x0))}" y="${String(atY(y1))}" width="${String(round((x1 - x0) * width))}" height="${String(round((y1 - y0) * height))}"/>`,
    chartSvg: (chart) => drawn(frame, { atX, atY }, chart),
  };
}

function drawn(
  frame: Frame,
  { atX, atY }: Pick<Plot, 'atX' | 'atY'>,
  { id, title, description, xLabel, yLabel, xTicks, yTicks, marks }: Chart,
): string {
  const grid = yTicks.flatMap(({ share, label }) => [
    `<line class="grid" x1="${String(atX(0))}" x2="${String(atX(1))}" y1="${String(atY(share))}" y2="${String(atY(share))}"/>`,
    `<text class="tick" x="${String(frame.left - 6)}" y="${String(atY(share) + 4)}" text-anchor="end">${escaped(label)}</text>`,
  ]);
  const below = xTicks.map(
    ({ share, label }) =>
      `<text class="tick" x="${String(atX(share))}" y="${String(atY(0) + 16)}" text-anchor="middle">${escaped(label)}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${String(frame.width)} ${String(frame.height)}" role="img" aria-labelledby="${id}-title ${id}-description">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-description">${escaped(description)}</desc>`,
    ...grid,
    ...marks,
    `<line class="axis" x1="${String(atX(0))}" x2="${String(atX(1))}" y1="${String(atY(0))}" y2="${String(atY(0))}"/>`,
    ...below,
    `<text class="label" x="${String(atX(0.5))}" y="${String(frame.height - 4)}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text class="label" transform="rotate(-90)" x="${String(-atY(0.5))}" y="12" text-anchor="middle">${escaped(yLabel)}</text>`,
    '</svg>',
  ].join('\n');
}

/** The charts of a page that is read on a desk. */
export const { atX, atY, bar, chartSvg } = createPlot({
  width: 720,
  height: 280,
  left: 84,
  right: 16,
  top: 16,
  bottom: 40,
});
