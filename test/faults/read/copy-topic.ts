import type { KafkaClient, OutgoingRecord, Producer } from '@weir/kafka';
import { definedHeaders } from '../../headers.ts';

const batchRecords = 200;
const readDeadlineMs = 300_000;
/** Stands where the original has an offset without a record, such as the marker of a transaction. */
const filler: OutgoingRecord = { key: 'gap', value: Buffer.from('gap'), headers: {} };

/**
 * Copies a topic byte for byte; each record keeps its partition and its offset, or the copy is none. Answers how
 * far each partition was read. Throws where an offset can't be kept.
 */
export async function copyTopic(
  topic: string,
  from: Pick<KafkaClient, 'offsets' | 'readRange'>,
  to: Pick<Producer, 'append'>,
): Promise<Map<number, number>> {
  const ends = new Map((await from.offsets(topic)).map(({ partition, end }) => [partition, end]));
  const waiting = new Map<number, OutgoingRecord[]>();
  const copied = new Map<number, number>();
  const flush = async (partition: number): Promise<void> => {
    const records = waiting.get(partition) ?? [];
    if (records.length === 0) return;
    waiting.set(partition, []);
    const next = copied.get(partition) ?? 0;
    const { firstOffset } = await to.append(topic, partition, records);
    if (firstOffset !== next)
      throw new Error(`The copy of ${topic}/${partition} is at ${firstOffset}, not at ${next}.`);
    copied.set(partition, next + records.length);
  };
  await from.readRange({
    topic,
    from: 'earliest',
    until: ends,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    onRecord: async ({ partition, offset, key, value, headers }) => {
      const records = waiting.get(partition) ?? [];
      waiting.set(partition, records);
      while ((copied.get(partition) ?? 0) + records.length < offset) records.push(filler);
      records.push({ key, value, headers: definedHeaders(headers) });
      if (records.length >= batchRecords) await flush(partition);
    },
  });
  for (const partition of ends.keys()) await flush(partition);
  return ends;
}
