import { randomUUID } from 'node:crypto';
import type { KafkaClient, RunningConsumer } from '@weir/kafka';
import { doorLimits } from '../limits/door-limits.ts';
import { journalTopic } from './journal-records.ts';
import { createJournalTail, type JournalTail } from './journal-tail.ts';
import type { OpenRun } from './journal-records.ts';

/** How long the brokers may be away before the door ends; until then it answers 503. */
const maxUnavailableMs = 86_400_000;
/** Bounds how long a verdict stays unseen. */
const maxFetchWaitMs = 200;

/**
 * Follows the journal from a little before its end, as a group of its own that
 * commits nothing. Throws WeirError broker_unavailable when the brokers can't be reached now.
 */
export async function followJournal(options: {
  readonly kafka: Pick<KafkaClient, 'offsets' | 'runConsumer'>;
  readonly environment: string;
  readonly logId: string;
  readonly open: OpenRun;
  readonly onCrash: (error: Error) => void;
}): Promise<{ readonly tail: JournalTail; readonly consumer: RunningConsumer }> {
  const offsets = await options.kafka.offsets(journalTopic);
  const next = new Map<number, number>();
  const earlier = new Set<number>();
  for (const { partition, earliest, end } of offsets) {
    const from = Math.max(earliest, end - doorLimits.journalLookBackOffsets);
    next.set(partition, from);
    if (from > 0) earlier.add(partition);
  }
  const tail = createJournalTail({
    logId: options.logId,
    partitionCount: Math.max(1, offsets.length),
    maxBytes: doorLimits.maxJournalBytes,
    hasEarlier: (partition) => earlier.has(partition),
    open: options.open,
  });
  const consumer = await options.kafka.runConsumer({
    groupId: `weir-${options.environment}-door-${randomUUID()}`,
    topics: [journalTopic],
    readCommitted: true,
    partitionsConsumedConcurrently: Math.max(1, offsets.length),
    maxFetchWaitMs,
    maxUnavailableMs,
    onCrash: options.onCrash,
    onBatch: async ({ partition, records, endOffset }) => {
      const wanted = next.get(partition) ?? 0;
      // Nothing is ever committed, so every membership begins at the beginning: go where this one was.
      if ((records[0]?.offset ?? wanted) < wanted && endOffset <= wanted)
        return { kind: 'seek', next: wanted };
      for (const record of records) if (record.offset >= wanted) tail.add(record);
      next.set(partition, endOffset);
      return { kind: 'next', next: endOffset };
    },
  });
  return { tail, consumer };
}
