import type { JournalEntry, Range, Ranges } from './read-journal.ts';

/** What is known of a stretch of a partition that was read whole. Event times in epoch milliseconds. */
export type StretchFacts = {
  /** Of the first entry with a decision; undefined where there is none. */
  readonly firstOffset: number | undefined;
  /** The least event time of its decisions. */
  readonly leastMs: number;
  /** The greatest of what an entry's decisions are all at or behind, of those whose date is believed. */
  readonly behindMs: number;
};

/**
 * What was seen in the journal, which never changes, so that a boundary needn't read
 * again what an earlier one has found to be due for neither: with an hourly cadence
 * that would be the whole of the allowed lateness, for each hour.
 */
export type JournalIndex = {
  /** Begins to look at stretches. */
  begin(ranges: Ranges): void;
  note(entry: JournalEntry): void;
  /** It is not known again: what can't be read must be told of by whoever publishes. */
  noteUnreadable(partition: number): void;
  /** Those of the stretches begun last that were read to their end are known from now on. */
  end(whole: ReadonlySet<number>): void;
  factsOf(partition: number, range: Range): StretchFacts | undefined;
  /** Forgets what begins before an offset. */
  forget(partition: number, beforeOffset: number): void;
};

type Looking = { readonly range: Range; facts: StretchFacts | undefined };

const nothing: StretchFacts = { firstOffset: undefined, leastMs: Infinity, behindMs: -Infinity };

export function createJournalIndex(): JournalIndex {
  const known = new Map<number, Map<number, StretchFacts & { readonly until: number }>>();
  let looking = new Map<number, Looking>();
  return {
    begin: (ranges) => {
      looking = new Map([...ranges].map(([partition, range]) => [partition, { range, facts: nothing }]));
    },
    note: ({ partition, offset, decided }) => {
      const one = looking.get(partition);
      if (one?.facts === undefined || decided.length === 0) return;
      const { firstOffset, leastMs, behindMs } = one.facts;
      const believed = decided.filter(({ isTimeBelieved }) => isTimeBelieved);
      one.facts = {
        firstOffset: firstOffset ?? offset,
        leastMs: Math.min(leastMs, ...decided.map(({ eventTimeMs }) => eventTimeMs)),
        behindMs:
          believed.length === 0
            ? behindMs
            : Math.max(behindMs, Math.min(...believed.map(({ eventTimeMs }) => eventTimeMs))),
      };
    },
    noteUnreadable: (partition) => {
      const one = looking.get(partition);
      if (one !== undefined) one.facts = undefined;
    },
    end: (whole) => {
      for (const [partition, { range, facts }] of looking) {
        if (facts === undefined || !whole.has(partition)) continue;
        const ofPartition = known.get(partition) ?? new Map<number, StretchFacts & { until: number }>();
        known.set(partition, ofPartition.set(range.from, { ...facts, until: range.until }));
      }
      looking = new Map();
    },
    factsOf: (partition, { from, until }) => {
      const found = known.get(partition)?.get(from);
      return found?.until === until ? found : undefined;
    },
    forget: (partition, beforeOffset) => {
      const ofPartition = known.get(partition);
      for (const from of ofPartition?.keys() ?? []) if (from < beforeOffset) ofPartition?.delete(from);
    },
  };
}
