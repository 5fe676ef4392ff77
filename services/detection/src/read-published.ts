import { streams, WeirError } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { DetectionParts } from './detection-parts.ts';
import { decodePositionMetadata, encodePositionMetadata } from './owned-partition.ts';
import { readJournalEnd } from './read-journal-end.ts';
import type { Published } from './read-journal-end.ts';

/**
 * P of a partition that has just been fenced: the group's committed position,
 * held against the end of the journal, which is written in the same transaction.
 *
 * The two differ where a broker was killed between the markers of one commit,
 * and where somebody moved the position by hand. The journal then says what has
 * been published, and the position is made to follow it. Where the group has no
 * position (it expires), the journal alone says it; where neither says anything,
 * nothing has been published.
 */
export async function readPublished(
  parts: DetectionParts,
  partition: number,
  transactions: PartitionTransactions,
): Promise<Published | undefined> {
  const { topic } = streams.received;
  const position = await transactions.committed(topic, partition);
  const committed = position === undefined ? undefined : decodePositionMetadata(position.metadata);
  const journal = await readJournalEnd(parts, partition);
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
  parts.observe.positionDiffers(partition, { committed: position.next, journal: journal.next });
  const { partitionCount } = committed ?? journal.log;
  const published: Published = { next: journal.next, log: { ...journal.log, partitionCount } };
  const metadata = encodePositionMetadata(published.log);
  await transactions.publish({ outputs: [], source: { topic, partition, next: published.next, metadata } });
  return published;
}
