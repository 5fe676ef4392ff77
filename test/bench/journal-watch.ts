import { decodePayload, events, streams } from '@weir/contracts';
import type { JournalRecord } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import { waitFor } from '@weir/testkit';
import { commitPositions } from './bench-log.ts';
import type { BenchLog } from './bench-log.ts';
import { endsOf } from './read-outputs.ts';

const groupId = 'bench-journal';

/** A read_committed reader of the journal: when it first saw something, in ms since the epoch. */
export type JournalWatch = {
  /**
   * Waits until each partition has a verdict under the activation of this number, or a later one, and answers
   * when the first of each was seen.
   */
  readonly firstVerdicts: (sequence: number) => Promise<readonly number[]>;
  /** Waits until an alert is due for a transaction that was cleared with this list in force, and answers when the first was seen. */
  readonly firstAlert: (list: string) => Promise<number>;
  readonly stop: () => Promise<void>;
};

/** Reads from the journal's present end on. */
export async function watchJournal(
  log: BenchLog,
  { opener, deadlineMs }: { readonly opener: Opener; readonly deadlineMs: number },
): Promise<JournalWatch> {
  const { topic } = streams.decisions;
  await commitPositions(log, groupId, await endsOf(log, 'decisions'), topic);
  /** By number, when each partition had its first verdict under it. */
  const verdicts = new Map<number, Map<number, number>>();
  const alerts = new Map<string, number>();
  const crashed = Promise.withResolvers<never>();
  crashed.promise.catch(() => undefined);
  const keep = ({ partition, sequence = 0, versions, decisions }: JournalRecord, atMs: number): void => {
    if (!decisions.some((decision) => 'digest' in decision)) return;
    const seen = verdicts.get(sequence) ?? new Map<number, number>();
    verdicts.set(sequence, seen);
    if (!seen.has(partition)) seen.set(partition, atMs);
    if (!decisions.some((decision) => 'digest' in decision && decision.alert === true)) return;
    for (const list of versions.lists ?? []) if (!alerts.has(list)) alerts.set(list, atMs);
  };
  const consumer = await log.kafka.runConsumer({
    groupId,
    topics: [topic],
    readCommitted: true,
    partitionsConsumedConcurrently: 1,
    onCrash: crashed.reject,
    onBatch: async ({ records, endOffset }) => {
      const atMs = performance.timeOrigin + performance.now();
      const opening = { opener, stream: 'decisions', environment: log.environment } as const;
      for (const opened of await openEvents(opening, records)) {
        const journal = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
        if (journal?.ok !== true) throw new Error('a record of the journal could not be read');
        keep(journal.value, atMs);
      }
      return { kind: 'next', next: endOffset };
    },
  });
  const untilSeen = <Found>(what: string, find: () => Found | undefined): Promise<Found> =>
    Promise.race([crashed.promise, waitFor(find, { deadlineMs, what })]);
  return {
    firstVerdicts: (sequence) =>
      untilSeen(`verdicts under activation ${sequence} in each partition`, () => {
        const first = new Map<number, number>();
        for (const [under, seen] of verdicts) {
          if (under < sequence) continue;
          for (const [partition, atMs] of seen)
            first.set(partition, Math.min(atMs, first.get(partition) ?? Infinity));
        }
        return first.size === log.partitions ? [...first.values()] : undefined;
      }),
    firstAlert: (list) => untilSeen(`an alert with ${list} in force`, () => alerts.get(list)),
    stop: consumer.stop,
  };
}
