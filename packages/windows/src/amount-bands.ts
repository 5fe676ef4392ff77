import { slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';
import { amountMinorOf } from './record-rows.ts';

/** The amounts in [lowMinor, highMinor) over a span. */
export type AmountBand = { readonly spanMs: number; readonly lowMinor: number; readonly highMinor: number };

/** How many records of a stretch of a line are in a band; it walks as a sliding window does. */
export type BandWindow = AmountBand & { start: number; end: number; inBand: number };

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

function weigh(band: BandWindow, line: EventTimeLine, view: DataView, position: number): number {
  const amountMinor = amountMinorOf(view, slotAt(line, position));
  return amountMinor >= band.lowMinor && amountMinor < band.highMinor ? 1 : 0;
}

/** Moves the window by the difference or, where that is longer than what it is to become, begins anew. */
export function moveBand(
  band: BandWindow,
  line: EventTimeLine,
  view: DataView,
  start: number,
  end: number,
): void {
  if (Math.abs(start - band.start) + Math.abs(end - band.end) > end - start) {
    band.inBand = 0;
    band.start = start;
    band.end = start;
  }
  for (; band.end < end; band.end += 1) band.inBand += weigh(band, line, view, band.end);
  for (; band.start > start; band.start -= 1) band.inBand += weigh(band, line, view, band.start - 1);
  for (; band.start < start; band.start += 1) band.inBand -= weigh(band, line, view, band.start);
  for (; band.end > end; band.end -= 1) band.inBand -= weigh(band, line, view, band.end - 1);
}

/** Tells the window of a record that has been put into the line at a position. */
export function widenBand(band: BandWindow, line: EventTimeLine, view: DataView, position: number): void {
  if (position >= band.end && position > band.start) return;
  band.end += 1;
  if (position <= band.start) band.start += 1;
  else band.inBand += weigh(band, line, view, position);
}

/** Tells the window of a record that is about to be taken out of the line at a position. */
export function narrowBand(band: BandWindow, line: EventTimeLine, view: DataView, position: number): void {
  if (position >= band.end) return;
  band.end -= 1;
  if (position < band.start) band.start -= 1;
  else band.inBand -= weigh(band, line, view, position);
}
