/** Text that may stand in HTML and SVG, between tags and in attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The area of a chart within its frame, in the units of its viewBox. */
const frame = { width: 720, height: 280, left: 84, right: 16, top: 16, bottom: 40 } as const;

const plotWidth = frame.width - frame.left - frame.right;
const plotHeight = frame.height - frame.top - frame.bottom;

/** Where a share of the width or height lies; 0 is left and below. */
export const atX = (share: number): number => round(frame.left + share * plotWidth);
export const atY = (share: number): number => round(frame.top + (1 - share) * plotHeight);

/** A tenth of a unit is less than any screen shows. */
const round = (value: number): number => Math.round(value * 10) / 10;

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

/** A chart as SVG with its axes; colours come from the page's style. */
export function chartSvg({ id, title, description, xLabel, yLabel, xTicks, yTicks, marks }: Chart): string {
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

/** A bar between two shares of the width, from one share of the height up to another. */
export const bar = (
  kind: string,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): string =>
  y1 <= y0
    ? ''
    : `<rect class="${kind}" x="${String(atX(x0))}" y="${String(atY(y1))}" width="${String(round((x1 - x0) * plotWidth))}" height="${String(round((y1 - y0) * plotHeight))}"/>`;
