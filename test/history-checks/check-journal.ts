import { placeKey, reached } from './history.ts';
import type { History, JournalEntry, PlacesByPartition, Violation } from './history.ts';
import type { HistoryIndex } from './index-history.ts';

/**
 * The journal's records of a partition join without gap or overlap from where
 * the history begins, and each verdict it names is the one that was published:
 * the same kind, the same digest; each rejection the same code.
 */
export function checkJournal(history: History, index: HistoryIndex): Violation[] {
  const byPartition = Map.groupBy(history.journal, ({ partition }) => partition);
  return [
    ...[...byPartition].flatMap(([partition, entries]) =>
      checkJoins(entries, history.start.get(partition) ?? 0),
    ),
    ...history.journal.flatMap((entry) => checkDecisions(entry, history.judgeFrom, index)),
  ];
}

function checkJoins(entries: readonly JournalEntry[], start: number): Violation[] {
  let next = start;
  return entries
    .toSorted((a, b) => a.offset - b.offset)
    .flatMap(({ partition, offset, from, to }) => {
      const expected = next;
      next = Math.max(next, to);
      if (from === expected) return [];
      return [
        {
          rule: 'journal_joins',
          damage: from < expected ? ('doubled' as const) : ('lost' as const),
          partition,
          offset,
          found: `a record begins at ${from}, the one before ended at ${expected}`,
        },
      ];
    });
}

function checkDecisions(
  { partition, decisions }: JournalEntry,
  judgeFrom: PlacesByPartition,
  index: HistoryIndex,
): Violation[] {
  return decisions.flatMap((decision): Violation[] => {
    if (!reached(judgeFrom, { partition, offset: decision.offset })) return [];
    const key = placeKey(partition, decision.offset);
    const conflict = (found: string): Violation[] => [
      { rule: 'journal_digest', damage: 'conflicting', partition, offset: decision.offset, found },
    ];
    switch (decision.outcome) {
      case 'cleared':
      case 'held': {
        const published =
          index.verdicts.get(key)?.filter(({ outcome }) => outcome === decision.outcome) ?? [];
        if (published.length === 0)
          return conflict(`the journal says ${decision.outcome}, no such verdict is there`);
        const flags = index.verdicts.get(key)?.filter(({ outcome }) => outcome === 'flagged') ?? [];
        if (flags.length > 0 !== (decision.alert === true))
          return conflict(
            `the journal says an alert is ${decision.alert ? '' : 'not '}due, the topic otherwise`,
          );
        return published.every(({ digest }) => digest === decision.digest)
          ? []
          : conflict('the published verdict has another digest than the journal');
      }
      case 'rejected': {
        const codes = index.rejections.get(key)?.map(({ code }) => code) ?? [];
        return codes.every((code) => code === decision.code)
          ? []
          : conflict(`the journal rejects by ${decision.code}, the dead letter by ${codes.join(', ')}`);
      }
      case 'duplicate': {
        const expected = index.expected.get(key);
        return expected?.kind === 'duplicate' && expected.firstOffset === decision.firstOffset
          ? []
          : conflict(`a duplicate of ${decision.firstOffset}, which it isn't`);
      }
      case 'control':
        return [];
    }
  });
}
