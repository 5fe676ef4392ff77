import type { KafkaRecord, OutgoingRecord } from '@weir/kafka';

/** What a copy carries beside what its original has: which replay made it, and where the original stands. */
const names = {
  replay: 'weir_replay',
  topic: 'weir_from_topic',
  partition: 'weir_from_partition',
  offset: 'weir_from_offset',
  leftOut: 'weir_left_out',
} as const;

/**
 * The copy of a record: its bytes, its time and its headers as they are, and where it is from. Headers that a writer
 * of another hand has given more than once, which nothing of Weir reads, are left out, and named.
 */
export function copyOf(replayId: string, record: KafkaRecord): OutgoingRecord {
  const { topic, partition, offset, timestampMs, key, value, headers, repeatedHeaders } = record;
  return {
    ...{ key, value, timestampMs },
    headers: {
      ...(headers as Readonly<Record<string, Buffer>>),
      [names.replay]: replayId,
      [names.topic]: topic,
      [names.partition]: String(partition),
      [names.offset]: String(offset),
      ...(repeatedHeaders.length === 0 ? {} : { [names.leftOut]: JSON.stringify(repeatedHeaders) }),
    },
  };
}

/** The offset of the original of a copy that the replay made; undefined for what anybody else wrote. */
export function originalOffset(
  replayId: string,
  { headers }: Pick<KafkaRecord, 'headers'>,
): number | undefined {
  if (String(headers[names.replay]) !== replayId) return undefined;
  const offset = String(headers[names.offset]);
  return /^\d{1,15}$/.test(offset) ? Number(offset) : undefined;
}
