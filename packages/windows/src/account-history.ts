import { createEventTimeLine } from './event-time-line.ts';
import type { EventTimeLine } from './event-time-line.ts';
import { unpackRecords } from './record-format.ts';
import { longestSpanMs } from './window-plan.ts';
import { createWindowTally } from './window-tally.ts';
import type {
  AccountHistory,
  Trait,
  WindowAggregate,
  WindowPlan,
  WindowQuery,
  WindowRecord,
} from './types.ts';

/** What an empty history and one record of it take in memory, measured on Node 24. */
const emptySizeBytes = 2_048;
const recordSizeBytes = 512;

function readSegments(segments: Iterable<Uint8Array>, beforeOffset: number): WindowRecord[] {
  const records: WindowRecord[] = [];
  let lastOffset = -1;
  for (const segment of segments) {
    for (const record of unpackRecords(segment)) {
      // A record stored twice would be counted twice: better no verdict than a wrong one.
      if (record.offset <= lastOffset) throw new Error('window segments: offsets do not increase');
      lastOffset = record.offset;
      if (record.offset < beforeOffset) records.push(record);
    }
  }
  return records;
}

const isAskedFor = (query: WindowQuery, record: WindowRecord): boolean =>
  record.currency === query.currency &&
  record.creditDebitIndicator === query.creditDebitIndicator &&
  (query.counterparty === undefined || record.counterparty === query.counterparty);

function hasTrait(record: WindowRecord, trait: Trait): boolean {
  switch (trait.kind) {
    case 'counterparty':
      return trait.counterparty !== '' && record.counterparty === trait.counterparty;
    case 'country':
      return trait.country !== '' && record.country === trait.country;
    case 'channel':
      return trait.channel !== 0 && record.channel === trait.channel;
  }
}

function aggregate(line: EventTimeLine, plan: WindowPlan, query: WindowQuery): WindowAggregate[] {
  // Every window ends at the same instant, so one walk back passes the start of each in turn.
  const tally = createWindowTally();
  const read: WindowAggregate[] = [];
  line.scan(query.atMs, longestSpanMs(plan), (record) => {
    if (!isAskedFor(query, record)) return undefined;
    const ageMs = query.atMs - record.eventTimeMs;
    while (ageMs >= (plan.spans[read.length]?.spanMs ?? Infinity)) read.push(tally.read());
    tally.add(record);
    return undefined;
  });
  while (read.length < plan.spans.length) read.push(tally.read());
  return read;
}

/**
 * The history of one account out of its packed segments, oldest first. Records
 * at `beforeOffset` and beyond are left out: they were stored by a run whose
 * verdicts were never published, and are appended again as they are recomputed.
 *
 * Answers depend on nothing but the records with smaller offsets than the one
 * being decided: not on how they are cut into segments, nor on which of the
 * invisible ones a store or this history has dropped already.
 *
 * A query scans the records of its window. Finding an identity, and appending a
 * record that happened after all others, take constant time on average.
 *
 * Throws Error for segments that are damaged or out of order, and RangeError
 * from `append` for an offset that isn't larger than every one before, and from
 * `countAmountsBetween` for a span the plan doesn't look back over.
 */
export function createAccountHistory(
  plan: WindowPlan,
  segments: Iterable<Uint8Array>,
  beforeOffset: number,
): AccountHistory {
  const stored = readSegments(segments, beforeOffset);
  const line = createEventTimeLine(plan, stored);
  const longestMs = longestSpanMs(plan);
  let lastOffset = stored.at(-1)?.offset ?? -1;

  return {
    aggregates: (query) => aggregate(line, plan, query),
    lastSeenMs: (trait, atMs) => {
      let seenMs: number | undefined;
      line.scan(atMs, longestMs, (record) => {
        if (!hasTrait(record, trait)) return undefined;
        seenMs = record.eventTimeMs;
        return 'stop';
      });
      return seenMs;
    },
    lastMs: (atMs) => {
      let lastMs: number | undefined;
      line.scan(atMs, Infinity, (record) => {
        lastMs = record.eventTimeMs;
        return 'stop';
      });
      return lastMs;
    },
    countAmountsBetween: (query, spanMs, lowMinor, highMinor) => {
      if (spanMs > longestMs) throw new RangeError('window query: the span is longer than any of the plan');
      let count = 0;
      line.scan(query.atMs, spanMs, (record) => {
        const inRange = record.amountMinor >= lowMinor && record.amountMinor < highMinor;
        if (inRange && isAskedFor(query, record)) count += 1;
        return undefined;
      });
      return count;
    },
    find: line.find,
    latest: (atMs, count) => {
      const newestFirst: WindowRecord[] = [];
      if (count < 1) return newestFirst;
      line.scan(atMs, Infinity, (record) => (newestFirst.push(record) === count ? 'stop' : undefined));
      return newestFirst.reverse();
    },
    remembers: line.remembers,
    append: (record) => {
      if (record.offset <= lastOffset) throw new RangeError('window record: offset does not increase');
      lastOffset = record.offset;
      line.append(record);
    },
    get lastOffset() {
      return lastOffset < 0 ? undefined : lastOffset;
    },
    outOfOrderQueries: 0,
    get forgettableBeforeSeconds() {
      return line.forgettableBeforeSeconds();
    },
    get sizeBytes() {
      return emptySizeBytes + line.heldRecords() * recordSizeBytes;
    },
  };
}
