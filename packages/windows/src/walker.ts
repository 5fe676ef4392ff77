import { slotAt } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';

/** A stretch of a line, from `start` up to, not with, `end`, and whatever it adds up. */
export type Walker = { start: number; end: number };

/** How a walker takes a record in and gives it back. What it gives back must leave no trace. */
export type Gait<W extends Walker> = {
  readonly clear: (walker: W) => void;
  readonly add: (walker: W, view: DataView, slot: number) => void;
  readonly takeAway: (walker: W, view: DataView, slot: number) => void;
};

/** A walker's line and the rows its slots number. */
export type Path = { readonly line: EventTimeLine; readonly view: DataView };

/** Moves a walker by the difference or, where that is longer than what it is to become, begins anew. */
export function walkTo<W extends Walker>(
  walker: W,
  gait: Gait<W>,
  { line, view }: Path,
  start: number,
  end: number,
): void {
  if (Math.abs(start - walker.start) + Math.abs(end - walker.end) > end - start) {
    gait.clear(walker);
    walker.start = start;
    walker.end = start;
  }
  for (; walker.end < end; walker.end += 1) gait.add(walker, view, slotAt(line, walker.end));
  for (; walker.start > start; walker.start -= 1) gait.add(walker, view, slotAt(line, walker.start - 1));
  for (; walker.start < start; walker.start += 1) gait.takeAway(walker, view, slotAt(line, walker.start));
  for (; walker.end > end; walker.end -= 1) gait.takeAway(walker, view, slotAt(line, walker.end - 1));
}

/** Tells a walker of a record that has been put into its line at a position. */
export function widenWalker<W extends Walker>(
  walker: W,
  gait: Gait<W>,
  { line, view }: Path,
  position: number,
): void {
  if (position >= walker.end && position > walker.start) return;
  walker.end += 1;
  if (position <= walker.start) walker.start += 1;
  else gait.add(walker, view, slotAt(line, position));
}

/** Tells a walker of a record that is about to be taken out of its line at a position. */
export function narrowWalker<W extends Walker>(
  walker: W,
  gait: Gait<W>,
  { line, view }: Path,
  position: number,
): void {
  if (position >= walker.end) return;
  walker.end -= 1;
  if (position < walker.start) walker.start -= 1;
  else gait.takeAway(walker, view, slotAt(line, position));
}
