import { WeirError } from '@weir/contracts';
import { unlessAborted } from './deadline.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { MemoryLink } from './memory-link.ts';
import { planSpans } from './plan-spans.ts';
import type { ReadRange } from './read-range.ts';
import type { KafkaRecord } from './record.ts';

/** Reads a frozen range of a topic once, in offset order per partition. */
export const readMemoryRange = (broker: MemoryBroker, link: MemoryLink, range: ReadRange): Promise<void> =>
  unlessAborted(readSpans(broker, link, range), range.signal);

const readSpans = async (broker: MemoryBroker, link: MemoryLink, range: ReadRange): Promise<void> => {
  const { topic } = range;
  const spans = planSpans(
    topic,
    await link.request('offsets', () => broker.log.offsets(topic)),
    range.from,
    range.until,
  );
  let isLate = false;
  const deadline = link.sleep(range.deadlineMs).then(() => {
    isLate = true;
  });
  for (const [partition, span] of spans) {
    while (span.next < span.until) {
      range.signal?.throwIfAborted();
      const changed = broker.log.changed();
      const { records, endOffset } = await link.request('read', () =>
        broker.log.read({ topic, partition }, span.next, link.maxFetchRecords(), range.readCommitted),
      );
      for (const record of records) if (record.offset < span.until) await range.onRecord(record);
      if (endOffset === span.next) await Promise.race([changed, deadline]);
      span.next = endOffset;
      if (isLate && span.next < span.until)
        throw new WeirError('broker_unavailable', `reading ${topic}: not done by its deadline`);
    }
  }
};

/** The last committed record of a partition, undefined for a partition without any. */
export const lastMemoryRecord = async (
  broker: MemoryBroker,
  link: MemoryLink,
  topic: string,
  partition: number,
): Promise<KafkaRecord | undefined> =>
  link.request('last record', () => {
    if (partition >= broker.log.partitionCount(topic))
      throw new WeirError('topic_mismatch', `topic ${topic} has no partition ${partition}`);
    return broker.log.read({ topic, partition }, 0, Infinity, true).records.at(-1);
  });
