import { streams, WeirError } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import type { DetectionParts } from './detection-parts.ts';

/** What a take-over, and whoever looks after windows, asks the broker about the log and the journal. */
export const logPartsOf = (
  kafka: Pick<KafkaClient, 'offsets' | 'lastRecord'>,
): Pick<DetectionParts, 'logOffsets' | 'lastJournalRecord'> => ({
  logOffsets: async (partition) => {
    const offsets = await kafka.offsets(streams.received.topic);
    const found = offsets.find((one) => one.partition === partition);
    if (found === undefined) throw new WeirError('topic_mismatch', `partition ${partition} is not there`);
    return { ...found, partitionCount: offsets.length };
  },
  lastJournalRecord: (partition) => kafka.lastRecord(streams.decisions.topic, partition),
});
