import { countBefore, slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';
import { amountMinorOf, isBefore } from './record-rows.ts';

/**
 * The records of a line before `end` that are larger than all between them and
 * `end`, oldest first, so in descending order of amount. The largest record of
 * any window with that end is the first of them that isn't before the window:
 * all spans of a line share them.
 */
export type Peaks = { slots: Int32Array<ArrayBuffer>; count: number; end: number };

const smallestCapacity = 16;

export const createPeaks = (): Peaks => ({ slots: new Int32Array(smallestCapacity), count: 0, end: 0 });

const peakAt = (peaks: Peaks, index: number): number => peaks.slots[index] as number;

function makeRoom(peaks: Peaks): void {
  if (peaks.count < peaks.slots.length) return;
  const larger = new Int32Array(peaks.slots.length * 2);
  larger.set(peaks.slots);
  peaks.slots = larger;
}

function pushUpTo(peaks: Peaks, line: EventTimeLine, view: DataView, from: number, end: number): void {
  for (let position = from; position < end; position += 1) {
    const slot = slotAt(line, position);
    const amountMinor = amountMinorOf(view, slot);
    while (peaks.count > 0 && amountMinorOf(view, peakAt(peaks, peaks.count - 1)) <= amountMinor)
      peaks.count -= 1;
    makeRoom(peaks);
    peaks.slots[peaks.count] = slot;
    peaks.count += 1;
  }
}

/** How many of the peaks happened before a record. */
function peaksBefore(peaks: Peaks, view: DataView, slot: number, among = peaks.count): number {
  let low = 0;
  let high = among;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(view, peakAt(peaks, middle), slot)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Moves the end. Forward each record is pushed once and hides smaller ones; back
 * over a peak those that it hid have to be looked for, as far as the peak before.
 */
export function movePeaks(peaks: Peaks, line: EventTimeLine, view: DataView, end: number): void {
  if (end >= peaks.end) {
    pushUpTo(peaks, line, view, peaks.end, end);
  } else {
    peaks.count = peaksBefore(peaks, view, slotAt(line, end));
    const last = peaks.count === 0 ? undefined : peakAt(peaks, peaks.count - 1);
    pushUpTo(peaks, line, view, last === undefined ? 0 : countBefore(line, view, last) + 1, end);
  }
  peaks.end = end;
}

/** The largest amount from a position of the line up to the end of the peaks; 0 where nothing is there. */
export function largestFrom(peaks: Peaks, line: EventTimeLine, view: DataView, start: number): number {
  if (start >= peaks.end) return 0;
  return amountMinorOf(view, peakAt(peaks, peaksBefore(peaks, view, slotAt(line, start))));
}

/** Tells the peaks of a record that has been put into the line at a position. */
export function widenPeaks(peaks: Peaks, line: EventTimeLine, view: DataView, position: number): void {
  if (position >= peaks.end) return;
  peaks.end += 1;
  const slot = slotAt(line, position);
  const amountMinor = amountMinorOf(view, slot);
  const behind = peaksBefore(peaks, view, slot);
  // The first peak behind a place is the largest record behind it.
  if (amountMinorOf(view, peakAt(peaks, behind)) >= amountMinor) return;
  let kept = behind;
  while (kept > 0 && amountMinorOf(view, peakAt(peaks, kept - 1)) <= amountMinor) kept -= 1;
  makeRoom(peaks);
  peaks.slots.copyWithin(kept + 1, behind, peaks.count);
  peaks.slots[kept] = slot;
  peaks.count += kept + 1 - behind;
}

/** Tells the peaks of a record that is about to be taken out of the line at a position: they step back before it. */
export function narrowPeaks(peaks: Peaks, line: EventTimeLine, view: DataView, position: number): void {
  if (position < peaks.end) movePeaks(peaks, line, view, position);
}

/** Forgets the slots below `dropped`, of which so many stood in the line, and numbers the others from there on. */
export function renumberPeaks(peaks: Peaks, dropped: number, removed: number): void {
  let kept = 0;
  for (let index = 0; index < peaks.count; index += 1) {
    const slot = peakAt(peaks, index);
    if (slot < dropped) continue;
    peaks.slots[kept] = slot - dropped;
    kept += 1;
  }
  peaks.count = kept;
  peaks.end -= removed;
}
