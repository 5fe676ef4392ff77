import { amountMinorOf } from './record-rows.ts';
import type { Gait, Walker } from './walker.ts';

/** The amounts in [lowMinor, highMinor) over a span. */
export type AmountBand = { readonly spanMs: number; readonly lowMinor: number; readonly highMinor: number };

/** How many records of a stretch of a line are in a band; it walks as a sliding window does. */
export type BandWindow = AmountBand & Walker & { inBand: number };

/** How many bands a line keeps, the latest ones: rules ask about few, and each is one of a span and two amounts. */
const keptBands = 4;

/** The window of a band, new where the line has none; it may then stand in place of the oldest. */
export function bandWindow(bands: BandWindow[], { spanMs, lowMinor, highMinor }: AmountBand): BandWindow {
  const known = bands.find(
    (band) => band.spanMs === spanMs && band.lowMinor === lowMinor && band.highMinor === highMinor,
  );
  if (known !== undefined) return known;
  const band: BandWindow = { spanMs, lowMinor, highMinor, start: 0, end: 0, inBand: 0 };
  if (bands.push(band) > keptBands) bands.shift();
  return band;
}

const isIn = ({ lowMinor, highMinor }: AmountBand, view: DataView, slot: number): boolean => {
  const amountMinor = amountMinorOf(view, slot);
  return amountMinor >= lowMinor && amountMinor < highMinor;
};

export const bandGait: Gait<BandWindow> = {
  clear: (band) => {
    band.inBand = 0;
  },
  add: (band, view, slot) => {
    if (isIn(band, view, slot)) band.inBand += 1;
  },
  takeAway: (band, view, slot) => {
    if (isIn(band, view, slot)) band.inBand -= 1;
  },
};
