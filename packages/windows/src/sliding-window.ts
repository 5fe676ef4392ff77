import { slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';
import { nextOf, nobody, previousOf } from './pair-links.ts';
import type { PairLinks } from './pair-links.ts';
import { isBefore } from './record-rows.ts';
import { addRow, clear, noSums, takeAwayRow } from './window-sums.ts';
import type { WindowSums } from './window-sums.ts';

/**
 * A stretch of a line, from `start` up to, not with, `end`, and what it adds up
 * to. Everything in it can be taken back, so it walks in either direction from
 * where it stands to where it is wanted next.
 */
export type SlidingWindow = {
  start: number;
  end: number;
  readonly sums: WindowSums;
  distinctCounterparties: number;
};

/** What a window walks over: a line, the rows its slots number, and their links. */
export type Ground = {
  readonly line: EventTimeLine;
  readonly view: DataView;
  readonly links: PairLinks;
};

export const createSlidingWindow = (): SlidingWindow => ({
  start: 0,
  end: 0,
  sums: noSums(),
  distinctCounterparties: 0,
});

/** Whether no earlier record of the slot's pair is in the window, which has the slot or is about to. */
function isFirstOfPair({ line, view, links }: Ground, window: SlidingWindow, slot: number): boolean {
  const previous = previousOf(links, slot);
  if (previous < 0) return previous !== nobody;
  return isBefore(view, previous, slotAt(line, window.start));
}

/** Whether no later one is. */
function isLastOfPair({ line, view, links }: Ground, window: SlidingWindow, slot: number): boolean {
  const next = nextOf(links, slot);
  if (next < 0) return next !== nobody;
  return window.end < line.count && !isBefore(view, next, slotAt(line, window.end));
}

/**
 * Moves a window. It walks the difference, or, where that is longer than the
 * window it is to become, begins anew.
 */
export function moveWindow(ground: Ground, window: SlidingWindow, start: number, end: number): void {
  const { line, view } = ground;
  if (Math.abs(start - window.start) + Math.abs(end - window.end) > end - start) {
    clear(window.sums);
    window.distinctCounterparties = 0;
    window.start = start;
    window.end = start;
  }
  for (; window.end < end; window.end += 1) {
    const slot = slotAt(line, window.end);
    addRow(window.sums, view, slot);
    if (isFirstOfPair(ground, window, slot)) window.distinctCounterparties += 1;
  }
  while (window.start > start) {
    const slot = slotAt(line, window.start - 1);
    addRow(window.sums, view, slot);
    if (isLastOfPair(ground, window, slot)) window.distinctCounterparties += 1;
    window.start -= 1;
  }
  for (; window.start < start; window.start += 1) {
    const slot = slotAt(line, window.start);
    takeAwayRow(window.sums, view, slot);
    if (isLastOfPair(ground, window, slot)) window.distinctCounterparties -= 1;
  }
  while (window.end > end) {
    const slot = slotAt(line, window.end - 1);
    takeAwayRow(window.sums, view, slot);
    if (isFirstOfPair(ground, window, slot)) window.distinctCounterparties -= 1;
    window.end -= 1;
  }
}

/** Tells a window of a record that has been put into its line at a position, and linked. */
export function widenWindow(ground: Ground, window: SlidingWindow, position: number): void {
  if (position >= window.end && position > window.start) return;
  window.end += 1;
  if (position <= window.start) {
    window.start += 1;
    return;
  }
  const slot = slotAt(ground.line, position);
  addRow(window.sums, ground.view, slot);
  if (isFirstOfPair(ground, window, slot) && isLastOfPair(ground, window, slot))
    window.distinctCounterparties += 1;
}

/** Tells a window of a record that is about to be unlinked and taken out of its line at a position. */
export function narrowWindow(ground: Ground, window: SlidingWindow, position: number): void {
  if (position >= window.end) return;
  if (position < window.start) {
    window.start -= 1;
  } else {
    const slot = slotAt(ground.line, position);
    takeAwayRow(window.sums, ground.view, slot);
    if (isFirstOfPair(ground, window, slot) && isLastOfPair(ground, window, slot))
      window.distinctCounterparties -= 1;
  }
  window.end -= 1;
}
