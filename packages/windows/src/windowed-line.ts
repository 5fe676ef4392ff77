import { bandGait, bandWindow } from './amount-bands.ts';
import type { AmountBand, BandWindow } from './amount-bands.ts';
import { countUpTo, insertAt, removeAt, slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';
import { link } from './pair-links.ts';
import { createProfileWindow, profileBytes, profileGait } from './profile-window.ts';
import type { ProfileWindow } from './profile-window.ts';
import { createPeaks, largestFrom, movePeaks, narrowPeaks, renumberPeaks, widenPeaks } from './peaks.ts';
import type { Peaks } from './peaks.ts';
import { createSlidingWindow, moveWindow, narrowWindow, widenWindow } from './sliding-window.ts';
import { eventTimeMsOf } from './record-rows.ts';
import type { Ground, SlidingWindow } from './sliding-window.ts';
import { createTallyWindow, tallyGait } from './tally-window.ts';
import type { TallyOf, TallyWindow } from './tally-window.ts';
import type { WindowAggregate, WindowPlan } from './types.ts';
import { narrowWalker, walkTo, widenWalker } from './walker.ts';
import type { Gait, Walker } from './walker.ts';
import { aggregateOf } from './window-sums.ts';

/**
 * A line with everything that walks over it: a window per span of the plan, the
 * peaks they share, bands, and, once they have been asked for, a profile and a tally.
 */
export type WindowedLine = EventTimeLine & {
  readonly windows: readonly SlidingWindow[];
  readonly peaks: Peaks;
  readonly bands: BandWindow[];
  profile: ProfileWindow | undefined;
  tally: TallyWindow | undefined;
};

/** The same as Ground, for a line that has windows. */
export type WindowedGround = Ground & { readonly line: WindowedLine };

/** A line of slots in the order their records happened. */
export const createWindowedLine = (slots: Int32Array<ArrayBuffer>, plan: WindowPlan): WindowedLine => ({
  slots,
  count: slots.length,
  windows: plan.spans.map(createSlidingWindow),
  peaks: createPeaks(),
  bands: [],
  profile: undefined,
  tally: undefined,
});

/** Where the windows ended last, which is where the next query is likely to be. */
export const lastEnd = (line: WindowedLine): number => line.windows[0]?.end ?? line.count;

/** One aggregate per span of the plan over the records that happened up to `atMs` and after `afterMs`. */
export function aggregatesAt(
  ground: WindowedGround,
  plan: WindowPlan,
  atMs: number,
  afterMs: number,
): WindowAggregate[] {
  const { line, view } = ground;
  const end = countUpTo(line, view, atMs, lastEnd(line));
  movePeaks(line.peaks, line, view, end);
  return line.windows.map((window, index) => {
    const spanMs = plan.spans[index]?.spanMs ?? 0;
    const start = startOf(ground, window, Math.max(atMs - spanMs, afterMs), end);
    moveWindow(ground, window, start, end);
    const largest = largestFrom(line.peaks, line, view, start);
    return aggregateOf(window.sums, end - start, largest, window.distinctCounterparties);
  });
}

/** The position of the first record after `fromMs`, not beyond `end`. */
const startOf = (
  { line, view }: WindowedGround,
  window: { readonly start: number },
  fromMs: number,
  end: number,
): number => Math.min(end, countUpTo(line, view, fromMs, window.start));

/** How many records of the window that ends at `atMs` have an amount in [lowMinor, highMinor). */
export function countBand(ground: WindowedGround, band: AmountBand, atMs: number, afterMs: number): number {
  const { line, view } = ground;
  const window = bandWindow(line.bands, band);
  const end = countUpTo(line, view, atMs, lastEnd(line));
  const start = startOf(ground, window, Math.max(atMs - band.spanMs, afterMs), end);
  walkTo(window, bandGait, ground, start, end);
  return window.inBand;
}

/** The profile of the records that happened after `fromMs`, up to `atMs`. */
export function profileAt(ground: WindowedGround, fromMs: number, atMs: number): ProfileWindow {
  const { line, view } = ground;
  line.profile ??= createProfileWindow();
  const end = countUpTo(line, view, atMs, lastEnd(line));
  walkTo(line.profile, profileGait, ground, startOf(ground, line.profile, fromMs, end), end);
  return line.profile;
}

/** The tally of the records that happened after `fromMs`, up to `atMs`. A line keeps one: of a span and a unit. */
export function tallyAt(ground: WindowedGround, of: TallyOf, fromMs: number, atMs: number): TallyWindow {
  const { line, view } = ground;
  if (line.tally?.spanMs !== of.spanMs || line.tally.unitMinor !== of.unitMinor)
    line.tally = createTallyWindow(of);
  const end = countUpTo(line, view, atMs, line.tally.end);
  walkTo(line.tally, tallyGait, ground, startOf(ground, line.tally, fromMs, end), end);
  return line.tally;
}

/** Does the same to each band, the profile and the tally of a line. */
function forEachWalker(
  { bands, profile, tally }: WindowedLine,
  act: <W extends Walker>(walker: W, gait: Gait<W>) => void,
): void {
  for (const band of bands) act(band, bandGait);
  if (profile !== undefined) act(profile, profileGait);
  if (tally !== undefined) act(tally, tallyGait);
}

/** Puts a slot into its group's line and links it with its pair; every window takes notice. */
export function takeIn(ground: WindowedGround, slot: number): void {
  const { line, view, links } = ground;
  // Its offset is the largest, so it goes behind the others of its instant.
  const position = countUpTo(line, view, eventTimeMsOf(view, slot), line.count);
  insertAt(line, position, slot);
  link(links, view, line, position);
  widenAll(ground, position);
}

/** Tells everything that walks over the line of a record that has been put into it. */
export function widenAll(ground: WindowedGround, position: number): void {
  const { line, view } = ground;
  // The usual record happened after all others: nothing has got as far yet.
  if (position === line.count - 1) return;
  for (const window of line.windows) widenWindow(ground, window, position);
  forEachWalker(line, (walker, gait) => {
    widenWalker(walker, gait, ground, position);
  });
  widenPeaks(line.peaks, line, view, position);
}

/** Takes the record at a position out of the line, whose links it still has; every window takes notice. */
export function takeOut(ground: WindowedGround, position: number): void {
  const { line, view } = ground;
  for (const window of line.windows) narrowWindow(ground, window, position);
  forEachWalker(line, (walker, gait) => {
    narrowWalker(walker, gait, ground, position);
  });
  narrowPeaks(line.peaks, line, view, position);
  removeAt(line, position);
}

/**
 * Forgets the slots below `dropped`, all of which happened up to `afterMs`, and
 * numbers the others from there on. What walks over the line leaves them first.
 */
export function renumberLine(ground: WindowedGround, afterMs: number, dropped: number): void {
  const { line, view } = ground;
  const first = countUpTo(line, view, afterMs, 0);
  for (const window of line.windows)
    moveWindow(ground, window, Math.max(window.start, first), Math.max(window.end, first));
  forEachWalker(line, (walker, gait) => {
    walkTo(walker, gait, ground, Math.max(walker.start, first), Math.max(walker.end, first));
  });
  movePeaks(line.peaks, line, view, Math.max(line.peaks.end, first));
  let kept = 0;
  for (let position = 0; position < line.count; position += 1) {
    const slot = slotAt(line, position);
    if (slot < dropped) continue;
    line.slots[kept] = slot - dropped;
    kept += 1;
  }
  const removed = line.count - kept;
  line.count = kept;
  for (const window of line.windows) shiftBack(window, removed);
  forEachWalker(line, (walker) => {
    shiftBack(walker, removed);
  });
  renumberPeaks(line.peaks, dropped, removed);
}

function shiftBack(walker: Walker, removed: number): void {
  walker.start -= removed;
  walker.end -= removed;
}

/** What an amount of a tally takes in its map, in bytes. */
const tallyEntryBytes = 40;

/** What a line without slots takes in memory, measured on Node 24: its windows, sums and bands are small objects. */
const emptyLineBytes = 1_400;

/** What a line takes in memory, in bytes. */
export const lineBytes = (line: WindowedLine): number =>
  emptyLineBytes +
  line.slots.byteLength +
  line.peaks.slots.byteLength +
  (line.profile === undefined ? 0 : profileBytes) +
  (line.tally === undefined ? 0 : tallyEntryBytes * line.tally.byAmount.size);
