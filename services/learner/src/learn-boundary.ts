import { WeirError } from '@weir/contracts';
import type { ModelSnapshot } from '@weir/contracts';
import { createLearner } from '@weir/learning';
import { collectDecisions } from './collect-decisions.ts';
import type { ReadRanges } from './collect-decisions.ts';
import type { JournalIndex } from './journal-index.ts';
import type { LearnedBoundary, Unreadable } from './learned-boundary.ts';
import type { LearnerParts } from './learner-parts.ts';
import type { LearnerState, ReadSpan } from './learner-state.ts';
import type { RipeReports } from './outcome-reports.ts';
import { journalTopic, observationOf, readJournal } from './read-journal.ts';
import type { Decided, JournalEntry, Ranges } from './read-journal.ts';

/** Nothing became due. `dueFromMs`: before that event time nothing that was seen is; undefined where nothing was seen. */
export type NothingDue = { readonly dueFromMs: number | undefined };

/** A boundary has so many pieces of event time; one is the least that is sorted at once. */
const piecesPerCadence = 1_440;

/**
 * Learns what is due at a boundary: what is older than the delay then, and was not
 * learned before. Takes nothing but the state, the journal and the reports, so that
 * a learner that was killed and does it again comes to the very same snapshot.
 *
 * Throws WeirError `log_other` where the journal is of another log, and what
 * reading and opening throw.
 */
export async function learnBoundary(
  parts: LearnerParts,
  about: {
    readonly state: LearnerState;
    readonly previous: ModelSnapshot | undefined;
    readonly reports: RipeReports;
    /** What this learner saw of the journal so far. */
    readonly index: JournalIndex;
    /** -Infinity asks from when on anything is due. */
    readonly cutAtMs: number;
  },
): Promise<LearnedBoundary | NothingDue> {
  const { state, previous, reports, index, cutAtMs } = about;
  const { limits } = parts;
  const horizonMs = cutAtMs - limits.delayMs;
  const journal = await openJournal(parts, state, index);
  const due = await journal.findDue(horizonMs);
  const hasNews = due.count > 0 || reports.newFrauds.size > 0;
  if (!hasNews) return { dueFromMs: dueFrom(due.undueMs, limits.delayMs) };

  const learner = createLearner(limits, previous);
  const found = new Set<string>();
  let [frauds, corrected] = [0, 0];
  await due.forEach((decided) => {
    const { transaction } = decided.subject;
    const isFraud = reports.isFraud(transaction);
    if (isFraud !== undefined) found.add(transaction);
    if (isFraud === true) frauds += 1;
    learner.learn(observationOf(decided), isFraud === true);
  });
  const late = [...reports.newFrauds].filter((transaction) => !found.has(transaction));
  const learned = await journal.findLearned(new Set(late));
  await learned.forEach((decided) => {
    found.add(decided.subject.transaction);
    corrected += 1;
    learner.correct(observationOf(decided));
  });
  const logId = journal.logId();
  if (logId === undefined || due.count + corrected === 0) {
    return { dueFromMs: dueFrom(due.undueMs, limits.delayMs) };
  }
  return {
    snapshot: learner.snapshot(cutAtMs, (state.last?.version ?? 0) + 1),
    cutAtMs,
    horizonMs,
    logId,
    journal: due.spans,
    transactions: due.count,
    frauds,
    corrected,
    found,
    unreadable: journal.unreadable(),
  };
}

const dueFrom = (undueMs: number, delayMs: number): number | undefined =>
  undueMs === Infinity ? undefined : undueMs + delayMs;

/** The journal as it is now, and what is found in it by what was learned before. */
async function openJournal(parts: LearnerParts, state: LearnerState, index: JournalIndex) {
  const { limits, observe } = parts;
  const pieceMs = Math.ceil(limits.cadenceMs / piecesPerCadence);
  const learnedBeforeMs = state.last?.horizonMs ?? -Infinity;
  const spans = new Map<number, ReadSpan & { readonly earliest: number; readonly end: number }>();
  for (const { partition, earliest, end } of await parts.kafka.offsets(journalTopic)) {
    const { from, seen } = state.journal.get(partition) ?? { from: earliest, seen: earliest };
    if (seen > end) {
      throw new WeirError(
        'log_truncated',
        `${journalTopic}-${partition} ends at ${end}, was learned to ${seen}`,
      );
    }
    if (from < earliest && state.last !== undefined) observe.forgotten(partition, from, earliest);
    index.forget(partition, Math.max(from, earliest));
    spans.set(partition, {
      from: Math.max(from, earliest),
      seen: Math.max(seen, earliest),
      earliest,
      end,
    });
  }
  const seenOf = (partition: number): number => spans.get(partition)?.seen ?? 0;
  /** Whether it belongs to what the last snapshot knows. */
  const isLearned = (decided: Decided, entry: JournalEntry): boolean =>
    entry.offset < seenOf(entry.partition) && decided.eventTimeMs < learnedBeforeMs;

  let { logId } = state;
  const unreadable: Unreadable[] = [];
  const read: ReadRanges = (ranges, reading) =>
    readJournal(parts, ranges, {
      onUnreadable: reading.onUnreadable,
      onEntry: (entry) => {
        logId ??= entry.logId;
        if (entry.logId !== logId) {
          throw new WeirError(
            'log_other',
            `${journalTopic} has decisions of ${entry.logId}, not of ${logId}`,
          );
        }
        reading.onEntry(entry);
      },
    });
  const { maxDecisions, stretchOffsets } = limits;
  const reading = { maxDecisions, stretchOffsets, pieceMs };

  return {
    logId: () => logId,
    unreadable: () => unreadable,
    findDue: async (horizonMs: number) => {
      const endMs = horizonMs + limits.allowedLatenessMs;
      const undue = new Map<number, number>();
      let undueMs = Infinity;
      const noteUndue = (partition: number, offset: number): void =>
        void undue.set(partition, Math.min(undue.get(partition) ?? Infinity, offset));
      const due = await collectDecisions(read, {
        ...reading,
        ranges: rangesOf(spans, ({ from, end }) => ({ from, until: end })),
        endsBefore: ({ decided }) => {
          const believed = decided.filter(({ isTimeBelieved }) => isTimeBelieved);
          return believed.length > 0 && believed.every(({ eventTimeMs }) => eventTimeMs >= endMs);
        },
        onEntry: ({ decided }) => {
          for (const { eventTimeMs } of decided)
            if (eventTimeMs >= horizonMs) undueMs = Math.min(undueMs, eventTimeMs);
        },
        accepts: (decided, entry) => {
          if (decided.eventTimeMs < horizonMs) return !isLearned(decided, entry);
          noteUndue(entry.partition, entry.offset);
          return false;
        },
        known: {
          index,
          // None of it is due yet, and it doesn't end its partition: what was seen of it says all.
          skips: (partition, range) => {
            const facts = index.factsOf(partition, range);
            if (facts === undefined || facts.leastMs < horizonMs || facts.behindMs >= endMs) return false;
            if (facts.firstOffset !== undefined) noteUndue(partition, facts.firstOffset);
            undueMs = Math.min(undueMs, facts.leastMs);
            return true;
          },
        },
        onUnreadable: (record, code) => {
          // Behind what the last snapshot saw, so it is told of for the first time.
          if (record.offset >= seenOf(record.partition)) unreadable.push({ record, code });
        },
      });
      const next = [...spans].map(([partition, { from, seen: seenBefore }]): [number, ReadSpan] => {
        const end = due.until.get(partition) ?? from;
        // A delay that was made longer: what was seen stays seen.
        const seen = Math.max(end, seenBefore);
        return [partition, { from: Math.min(undue.get(partition) ?? end, seen), seen }];
      });
      return { ...due, undueMs, spans: new Map(next) };
    },
    /** One read of all that was learned before, and none where nothing is looked for. */
    findLearned: (transactions: ReadonlySet<string>) =>
      collectDecisions(read, {
        ...reading,
        ranges:
          transactions.size === 0
            ? new Map()
            : rangesOf(spans, ({ earliest, seen }) => ({ from: earliest, until: seen })),
        accepts: (decided, entry) =>
          transactions.has(decided.subject.transaction) && isLearned(decided, entry),
        onUnreadable: () => undefined,
        isEnough: (count) => count >= transactions.size,
      }),
  };
}

function rangesOf<Span>(
  spans: ReadonlyMap<number, Span>,
  rangeOf: (span: Span) => { readonly from: number; readonly until: number },
): Ranges {
  return new Map(
    [...spans]
      .map(([partition, span]) => [partition, rangeOf(span)] as const)
      .filter(([, { from, until }]) => from < until),
  );
}
