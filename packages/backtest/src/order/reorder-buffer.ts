import { BacktestError } from '../backtest-error.ts';
import type { Row } from '../read/row.ts';

/** So many rows a file may have one out of order by: what several writers with a common clock make. */
const reorderRows = 1_000;

/** Rows in, the same rows out in the order of event time; those of one instant in the order they came in. */
export type ReorderBuffer = {
  /** Takes in a row; answers one that no later row can come before, once the buffer is full. */
  readonly push: (row: Row) => Row | undefined;
  /** The earliest that is left, undefined where none is. */
  readonly shift: () => Row | undefined;
};

type Entry = { readonly row: Row; readonly sequence: number };

const isBefore = (one: Entry, other: Entry): boolean =>
  one.row.eventTimeMs < other.row.eventTimeMs ||
  (one.row.eventTimeMs === other.row.eventTimeMs && one.sequence < other.sequence);

/**
 * Sorts rows that are at most `rows` places out of order; holds no more than
 * that (a binary heap). Throws BacktestError (65), naming the line, for a row
 * that happened before one that has left already: its windows were wrong.
 */
export function createReorderBuffer(rows: number = reorderRows): ReorderBuffer {
  const heap: Entry[] = [];
  let sequence = 0;
  let latestMs = -Infinity;

  const shift = (): Row | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length > 0) sink(heap, last);
    latestMs = first.row.eventTimeMs;
    return first.row;
  };

  return {
    push(row) {
      if (row.eventTimeMs < latestMs) {
        throw new BacktestError(
          65,
          `line ${String(row.line)} happened before one that stands more than ${String(rows)} rows further up: sort the file by its event time`,
        );
      }
      rise(heap, { row, sequence });
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
