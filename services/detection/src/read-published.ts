import { streams, WeirError } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { DetectionParts } from './detection-parts.ts';
import { decodePositionMetadata, encodePositionMetadata } from './position-metadata.ts';
import { readJournalEnd } from './read-journal-end.ts';
import type { Published } from './read-journal-end.ts';

/** What a take-over finds published. */
export type FoundPublished = Published & {
  /** The group's position, where it says something else and has to follow. */
  readonly strayed?: number;
};

/**
 * P of a partition that has just been fenced: the group's committed position,
 * held against the end of the journal, which is written in the same transaction.
 *
 * The two differ where a broker was killed between the markers of one commit,
 * and where somebody moved the position by hand. The journal then says what has
 * been published. Where the group has no position (it expires), the journal alone
 * says it; where neither says anything, nothing has been published. Changes nothing.
 */
export async function readPublished(
  parts: DetectionParts,
  partition: number,
  transactions: PartitionTransactions,
  partitionCount: number,
): Promise<FoundPublished | undefined> {
  const { topic } = streams.received;
  const position = await transactions.committed(topic, partition);
  const committed = position === undefined ? undefined : decodePositionMetadata(position.metadata);
  const journal = await readJournalEnd(parts, partition, partitionCount);
  if (journal === 'unreadable') {
    // A junk record must not stop what doesn't need the journal.
    if (position !== undefined && committed !== undefined) return { next: position.next, log: committed };
    throw new WeirError('log_unnamed', `the end of ${streams.decisions.topic}-${partition} can't be read`);
  }
  if (position === undefined) return journal;
  if (journal === undefined || journal.next === position.next) {
    const log = committed ?? journal?.log;
    return log === undefined ? undefined : { next: position.next, log };
  }
  if (committed !== undefined && committed.logId !== journal.log.logId) {
    throw new WeirError(
      'log_other',
      `${streams.decisions.topic}-${partition} ends in log ${journal.log.logId}, but the position of ${topic} is of log ${committed.logId}; see the runbook "another log"`,
    );
  }
  const log = { ...journal.log, partitionCount: (committed ?? journal.log).partitionCount };
  return { next: journal.next, log, strayed: position.next };
}

/** Makes the group's position follow the journal where the two differ: to be done before anything is published. */
export async function followJournal(
  parts: DetectionParts,
  partition: number,
  transactions: PartitionTransactions,
  { next, log, strayed }: FoundPublished,
): Promise<void> {
  if (strayed === undefined) return;
  parts.observe.positionDiffers(partition, { committed: strayed, journal: next });
  const metadata = encodePositionMetadata(log);
  const source = { topic: streams.received.topic, partition, next, metadata };
  await transactions.publish({ outputs: [], source });
}
