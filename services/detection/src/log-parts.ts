import { streams, WeirError } from '@weir/contracts';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import type { DetectionParts } from './detection-parts.ts';

const readDeadlineMs = 30_000;

/** What a take-over, and whoever looks after windows, asks the broker about the log and the journal. */
export const logPartsOf = (
  kafka: Pick<KafkaClient, 'offsets' | 'lastRecord' | 'readRange'>,
): Pick<DetectionParts, 'logOffsets' | 'recordAt' | 'lastJournalRecord'> => ({
  logOffsets: async (partition) => {
    const offsets = await kafka.offsets(streams.received.topic);
    const found = offsets.find((one) => one.partition === partition);
    if (found === undefined) throw new WeirError('topic_mismatch', `partition ${partition} is not there`);
    return { ...found, partitionCount: offsets.length };
  },
  recordAt: async (partition, offset) => {
    let found: KafkaRecord | undefined;
    try {
      await kafka.readRange({
        topic: streams.received.topic,
        from: new Map([[partition, offset]]),
        until: new Map([[partition, offset + 1]]),
        onRecord: (record) => void (found = record),
        readCommitted: true,
        deadlineMs: readDeadlineMs,
      });
    } catch (error) {
      // The log's retention may take it at any moment.
      if (!(error instanceof WeirError) || error.code !== 'log_truncated') throw error;
    }
    return found;
  },
  lastJournalRecord: (partition) => kafka.lastRecord(streams.decisions.topic, partition),
});
