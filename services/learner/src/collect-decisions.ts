import type { JournalIndex } from './journal-index.ts';
import type { Decided, JournalEntry, JournalReading, Range, Ranges } from './read-journal.ts';

/** Reads ranges of the journal; `readJournal` with its parts in place. */
export type ReadRanges = (ranges: Ranges, reading: JournalReading) => Promise<void>;

export type Collecting = {
  readonly ranges: Ranges;
  /** Whether a decision is asked for. */
  readonly accepts: (decided: Decided, entry: JournalEntry) => boolean;
  /** Whether nothing that is asked for stands behind this entry in its partition; it isn't looked at itself. */
  readonly endsBefore?: (entry: JournalEntry) => boolean;
  /** Called for each entry that is looked at, the ones that end a partition included. */
  readonly onEntry?: (entry: JournalEntry) => void;
  readonly onUnreadable: JournalReading['onUnreadable'];
  /** What was seen of the journal before, and whether nothing that is asked for stands in a stretch of it. */
  readonly known?: {
    readonly index: JournalIndex;
    readonly skips: (partition: number, range: Range) => boolean;
  };
  /** Ends the reading where all that can be found was found. */
  readonly isEnough?: (found: number) => boolean;
  /** So many offsets of each partition are read at once. Half of them are markers of transactions. */
  readonly stretchOffsets: number;
  /** So many decisions are kept in memory at most. */
  readonly maxDecisions: number;
  /** The width of the pieces of event time that one pass is made of. */
  readonly pieceMs: number;
};

export type Collected = {
  readonly count: number;
  /** Where each partition was read to. */
  readonly until: ReadonlyMap<number, number>;
  /** All that was asked for, in order of event time, partition and offset. */
  forEach(apply: (decided: Decided) => void): Promise<void>;
};

/** A stretch of the journal, and between which times stand the decisions in it that are asked for. */
type Stretch = { readonly ranges: Ranges; fromMs: number; toMs: number };

/**
 * Finds decisions in the journal and gives them back in order, in bounded memory.
 * Each partition is nearly in order of event time. What fits into memory is sorted
 * there; of more, only how many there are in each piece of event time and in which
 * stretch of the journal is kept, and it is read again piece by piece. One piece is
 * the least that is sorted at once, whatever it holds.
 */
export async function collectDecisions(read: ReadRanges, collecting: Collecting): Promise<Collected> {
  const { accepts, maxDecisions, pieceMs, stretchOffsets, known } = collecting;
  let kept: Decided[] | undefined = [];
  let count = 0;
  const pieces = new Map<number, number>();
  const stretches: Stretch[] = [];
  const until = new Map<number, number>();
  const open = new Map(collecting.ranges);
  for (const [partition, { from }] of open) until.set(partition, from);

  while (open.size > 0 && collecting.isEnough?.(count) !== true) {
    const all = stretchOf(open, stretchOffsets);
    for (const [partition, range] of all) until.set(partition, range.until);
    const ranges = new Map([...all].filter(([partition, range]) => known?.skips(partition, range) !== true));
    if (ranges.size === 0) {
      goOnBehind(open, all);
      continue;
    }
    const stretch: Stretch = { ranges, fromMs: Infinity, toMs: -Infinity };
    known?.index.begin(ranges);
    await read(ranges, {
      onUnreadable: (record, code) => {
        known?.index.noteUnreadable(record.partition);
        if (open.has(record.partition)) collecting.onUnreadable(record, code);
      },
      onEntry: (entry) => {
        if (!open.has(entry.partition)) return;
        known?.index.note(entry);
        collecting.onEntry?.(entry);
        if (collecting.endsBefore?.(entry) === true) {
          open.delete(entry.partition);
          until.set(entry.partition, entry.offset);
          return;
        }
        for (const decided of entry.decided) {
          if (!accepts(decided, entry)) continue;
          const { eventTimeMs } = decided;
          count += 1;
          stretch.fromMs = Math.min(stretch.fromMs, eventTimeMs);
          stretch.toMs = Math.max(stretch.toMs, eventTimeMs);
          const piece = Math.floor(eventTimeMs / pieceMs);
          pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
          kept?.push(decided);
          if (count > maxDecisions) kept = undefined;
        }
      },
    });
    stretches.push(stretch);
    known?.index.end(new Set(open.keys()));
    goOnBehind(open, all);
  }

  return {
    count,
    until,
    forEach: async (apply) => {
      if (kept !== undefined) return kept.sort(byTime).forEach(apply);
      for (const pass of passesOf(pieces, maxDecisions)) {
        const [fromMs, toMs] = [pass.first * pieceMs, (pass.last + 1) * pieceMs];
        const found: Decided[] = [];
        for (const stretch of stretches) {
          if (stretch.toMs < fromMs || stretch.fromMs >= toMs) continue;
          await read(within(stretch.ranges, until), {
            onUnreadable: () => undefined,
            onEntry: (entry) => {
              for (const decided of entry.decided) {
                const isInPass = decided.eventTimeMs >= fromMs && decided.eventTimeMs < toMs;
                if (isInPass && accepts(decided, entry)) found.push(decided);
              }
            },
          });
        }
        found.sort(byTime).forEach(apply);
      }
    },
  };
}

/** They end at the same offsets wherever they begin, so that they are the same at the next boundary. */
function stretchOf(open: Ranges, stretchOffsets: number): Ranges {
  return new Map(
    [...open].map(([partition, { from, until }]) => [
      partition,
      { from, until: Math.min(until, (Math.floor(from / stretchOffsets) + 1) * stretchOffsets) },
    ]),
  );
}

function goOnBehind(open: Map<number, Range>, read: Ranges): void {
  for (const [partition, range] of open) {
    const from = read.get(partition)?.until ?? range.until;
    if (from < range.until) open.set(partition, { ...range, from });
    else open.delete(partition);
  }
}

/** What ended within a stretch ends there when it is read again. */
function within(ranges: Ranges, ends: ReadonlyMap<number, number>): Ranges {
  const cut = [...ranges].map(([partition, { from, until }]): [number, Range] => [
    partition,
    { from, until: Math.min(until, ends.get(partition) ?? until) },
  ]);
  return new Map(cut.filter(([, { from, until }]) => from < until));
}

type Pass = { readonly first: number; readonly last: number };

/** Pieces that lie one behind the other, together as many as fit into memory. */
function passesOf(pieces: ReadonlyMap<number, number>, maxDecisions: number): readonly Pass[] {
  const passes: Pass[] = [];
  let [first, last, size] = [NaN, NaN, 0];
  for (const [piece, count] of [...pieces].sort(([one], [other]) => one - other)) {
    if (size > 0 && size + count > maxDecisions) {
      passes.push({ first, last });
      size = 0;
    }
    if (size === 0) first = piece;
    last = piece;
    size += count;
  }
  return size === 0 ? passes : [...passes, { first, last }];
}

const byTime = (one: Decided, other: Decided): number =>
  one.eventTimeMs - other.eventTimeMs || one.partition - other.partition || one.offset - other.offset;
