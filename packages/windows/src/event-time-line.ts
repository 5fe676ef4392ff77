import { eventTimeMsOf, isBefore } from './record-rows.ts';

/** Slots of rows in the order their records happened; of those of one instant the one with the smallest offset first. */
export type EventTimeLine = { slots: Int32Array<ArrayBuffer>; count: number };

export const slotAt = (line: EventTimeLine, position: number): number => line.slots[position] as number;

/**
 * How many of the line's records happened at or before `atMs`. Looks from `hint`
 * on in doubling steps, so that an answer near the last one is near at hand and
 * one far away takes the logarithm of the way.
 */
export function countUpTo(line: EventTimeLine, view: DataView, atMs: number, hint: number): number {
  let low = 0;
  let high = line.count;
  let step = 1;
  if (hint < high && eventTimeMsOf(view, slotAt(line, hint)) <= atMs) {
    low = hint + 1;
    for (let probe = low; probe < high; probe = low + step, step *= 2) {
      if (eventTimeMsOf(view, slotAt(line, probe)) > atMs) high = probe;
      else low = probe + 1;
    }
  } else {
    high = Math.min(hint, high);
    for (let probe = high - 1; probe >= low; probe = high - 1 - step, step *= 2) {
      if (eventTimeMsOf(view, slotAt(line, probe)) > atMs) high = probe;
      else low = probe + 1;
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (eventTimeMsOf(view, slotAt(line, middle)) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the line's records happened before that of a slot: its position, where the line has it. */
export function countBefore(line: EventTimeLine, view: DataView, slot: number): number {
  let low = 0;
  let high = line.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(view, slotAt(line, middle), slot)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a slot at a position; those from there on move one further. */
export function insertAt(line: EventTimeLine, position: number, slot: number): void {
  if (line.count === line.slots.length) {
    const capacity = line.count + Math.max(16, line.count >>> 3);
    line.slots = new Int32Array(line.slots.buffer.transfer(capacity * line.slots.BYTES_PER_ELEMENT));
  }
  line.slots.copyWithin(position + 1, position, line.count);
  line.slots[position] = slot;
  line.count += 1;
}

export function removeAt(line: EventTimeLine, position: number): void {
  line.slots.copyWithin(position, position + 1, line.count);
  line.count -= 1;
}
