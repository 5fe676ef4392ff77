import { forgettableBeforeSeconds, rememberedAtMs, visibleAfterMs } from './visibility.ts';
import type { WindowPlan, WindowRecord } from './types.ts';

/** A line shorter than this isn't worth forgetting from. */
const smallestForgottenRecords = 256;

/** The records of one account in the order they happened. */
export type EventTimeLine = {
  /** Visits the visible records of (atMs − spanMs, atMs], newest first, until a visit answers "stop". */
  readonly scan: (atMs: number, spanMs: number, visit: (record: WindowRecord) => 'stop' | undefined) => void;
  /** The visible record of that identity with the smallest offset, if any. */
  readonly find: (identity: string) => WindowRecord | undefined;
  /** Whether the record would itself be visible once taken in. */
  readonly remembers: (record: WindowRecord) => boolean;
  /** Takes in a record with a larger offset than any before it. */
  readonly append: (record: WindowRecord) => void;
  /** How many records are held, invisible ones not dropped yet among them. */
  readonly heldRecords: () => number;
  /** The second before which every record observed is invisible. */
  readonly forgettableBeforeSeconds: () => number;
};

const inOrder = (a: WindowRecord, b: WindowRecord): number =>
  a.eventTimeMs - b.eventTimeMs || a.offset - b.offset;

/** How many records, sorted by event time, happened at or before `atMs`. */
function countUpTo(records: readonly WindowRecord[], atMs: number): number {
  let low = 0;
  let high = records.length;
  // The usual question is about now, after all there is.
  if (high > 0 && (records[high - 1] as WindowRecord).eventTimeMs <= atMs) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle] as WindowRecord).eventTimeMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addToGroup(groups: Map<string, WindowRecord[]>, record: WindowRecord): void {
  const group = groups.get(record.identity);
  if (group === undefined) groups.set(record.identity, [record]);
  else group.push(record);
}

/**
 * A line of the given records, which are in offset order. What is visible is a
 * function of all records ever taken in; invisible ones are dropped now and
 * then, which no answer shows.
 */
export function createEventTimeLine(plan: WindowPlan, taken: readonly WindowRecord[]): EventTimeLine {
  let horizonSeconds = taken.reduce((latest, record) => Math.max(latest, record.observedAtSeconds), 0);
  let afterMs = visibleAfterMs(plan, horizonSeconds);
  let records: WindowRecord[] = taken.toSorted(inOrder);
  let byIdentity = new Map<string, WindowRecord[]>();
  let forgetAtRecords = 0;

  const isVisible = (record: WindowRecord): boolean => rememberedAtMs(plan, record) > afterMs;

  function forget(): void {
    records = records.filter(isVisible);
    byIdentity = new Map();
    // In offset order again, which `find` relies on.
    for (const record of records.toSorted((a, b) => a.offset - b.offset)) addToGroup(byIdentity, record);
    // Only at twice the length again, so that the work per appended record stays bounded.
    forgetAtRecords = Math.max(smallestForgottenRecords, 2 * records.length);
  }

  forget();

  return {
    scan: (atMs, spanMs, visit) => {
      const fromMs = Math.max(atMs - spanMs, afterMs);
      for (let index = countUpTo(records, atMs) - 1; index >= 0; index -= 1) {
        const record = records[index] as WindowRecord;
        if (record.eventTimeMs <= fromMs) return;
        if (isVisible(record) && visit(record) === 'stop') return;
      }
    },
    find: (identity) => byIdentity.get(identity)?.find(isVisible),
    remembers: (record) => {
      const horizonWithItSeconds = Math.max(horizonSeconds, record.observedAtSeconds);
      return rememberedAtMs(plan, record) > visibleAfterMs(plan, horizonWithItSeconds);
    },
    append: (record) => {
      horizonSeconds = Math.max(horizonSeconds, record.observedAtSeconds);
      afterMs = visibleAfterMs(plan, horizonSeconds);
      // Its offset is the largest, so it goes behind the others of its instant.
      const index = countUpTo(records, record.eventTimeMs);
      if (index === records.length) records.push(record);
      else records.splice(index, 0, record);
      addToGroup(byIdentity, record);
      if (records.length >= forgetAtRecords) forget();
    },
    heldRecords: () => records.length,
    forgettableBeforeSeconds: () => forgettableBeforeSeconds(plan, horizonSeconds),
  };
}
