import { BacktestError } from '../backtest-error.ts';
import type { RowOutcome } from '../read/row.ts';

/** So many rows a file may have one out of order by: what several writers with a common clock make. */
const reorderRows = 1_000;

/**
 * Rows in, the same rows out in the order of event time; those of one instant in
 * the order they came in. One that can't be read stays behind the one before it.
 */
export type ReorderBuffer = {
  /** Takes in a row; answers one that no later row can come before, once the buffer is full. */
  readonly push: (outcome: RowOutcome) => RowOutcome | undefined;
  /** The earliest that is left, undefined where none is. */
  readonly shift: () => RowOutcome | undefined;
};

type Entry = { readonly outcome: RowOutcome; readonly eventTimeMs: number; readonly sequence: number };

const isBefore = (one: Entry, other: Entry): boolean =>
  one.eventTimeMs < other.eventTimeMs ||
  (one.eventTimeMs === other.eventTimeMs && one.sequence < other.sequence);

/**
 * Sorts rows that are at most `rows` places out of order; holds no more than
 * that (a binary heap). Throws BacktestError (65), naming the line, for a row
 * that happened before one that has left already: its windows were wrong.
 */
export function createReorderBuffer(rows: number = reorderRows): ReorderBuffer {
  const heap: Entry[] = [];
  let sequence = 0;
  let latestMs = -Infinity;
  let lastReadMs = -Infinity;

  const shift = (): RowOutcome | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length > 0) sink(heap, last);
    latestMs = first.eventTimeMs;
    return first.outcome;
  };

  return {
    push(outcome) {
      if (outcome.ok) lastReadMs = outcome.row.eventTimeMs;
      if (outcome.ok && lastReadMs < latestMs) {
        throw new BacktestError(
          65,
          `line ${String(outcome.row.line)} happened before one that stands more than ${String(rows)} rows further up: sort the file by its event time`,
        );
      }
      rise(heap, { outcome, eventTimeMs: lastReadMs, sequence });
      sequence += 1;
      return heap.length > rows ? shift() : undefined;
    },
    shift,
  };
}

function rise(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function sink(heap: Entry[], entry: Entry): void {
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    const right = heap[below + 1];
    if (right !== undefined && isBefore(right, heap[below] as Entry)) below += 1;
    const child = heap[below] as Entry;
    if (!isBefore(child, entry)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = entry;
}
