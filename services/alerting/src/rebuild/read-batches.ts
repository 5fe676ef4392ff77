import { openEvents } from '@weir/envelope';
import type { OpenedEvent, Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';

/** So many records are opened and written at once. */
const batchRecords = 250;
/** A year of alerts is read well within it. */
const deadlineMs = 6 * 3_600_000;

export type ReadParts = {
  readonly kafka: Pick<KafkaClient, 'readRange'>;
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly signal: AbortSignal;
};

/** A record, and what opening it gave. */
export type OpenedRecord = { readonly record: KafkaRecord; readonly opened: OpenedEvent };

/**
 * Reads a topic from its beginning to its end of now, in the order of each partition, some records at a time.
 * Throws what Kafka, the KMS and `take` throw.
 */
export async function readBatches(
  { kafka, opening, signal }: ReadParts,
  stream: StreamName,
  take: (batch: readonly OpenedRecord[]) => Promise<void>,
): Promise<void> {
  let records: KafkaRecord[] = [];
  const flush = async (): Promise<void> => {
    if (records.length === 0) return;
    const some = records;
    records = [];
    const opened = await openEvents({ ...opening, stream }, some);
    await take(
      some.flatMap((record, index) => {
        const one = opened[index];
        return one === undefined ? [] : [{ record, opened: one }];
      }),
    );
  };
  await kafka.readRange({
    topic: streams[stream].topic,
    from: 'earliest',
    readCommitted: true,
    ...{ deadlineMs, signal },
    onRecord: async (record) => {
      records.push(record);
      if (records.length >= batchRecords) await flush();
    },
  });
  await flush();
}
