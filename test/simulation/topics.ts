import { decodeRejected, streams } from '@weir/contracts';
import type { Alert, HeldTransaction, JournalRecord, RejectedRecord, StreamName } from '@weir/contracts';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { outsideLink } from './world.ts';
import type { World } from './world.ts';

type Read<Payload> = { readonly record: KafkaRecord; readonly payload: Payload };

/** A verdict as downstream sees it. */
export type PublishedVerdict = Read<{
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly verdict: { readonly outcome: 'cleared' | 'held' };
}>;

/** What a read_committed reader sees of every topic once all is done, in offset order per partition. */
export type Topics = {
  readonly received: readonly KafkaRecord[];
  readonly cleared: readonly PublishedVerdict[];
  readonly held: readonly Read<HeldTransaction>[];
  readonly rejected: readonly Read<RejectedRecord>[];
  readonly journal: readonly Read<JournalRecord>[];
  readonly alerts: readonly Read<Alert>[];
};

export const readStream = async (kafka: KafkaClient, stream: StreamName): Promise<KafkaRecord[]> => {
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic: streams[stream].topic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: Infinity,
  });
  return records.sort((one, other) => one.partition - other.partition || one.offset - other.offset);
};

/** Reads a payload as any consumer would, without the contract's own code. */
const payloadOf = <Payload>(record: KafkaRecord): Payload => JSON.parse(String(record.value)) as Payload;

export const readTopics = async (world: World): Promise<Topics> => {
  const kafka = world.kafka.connect(outsideLink);
  const readAs = async <Payload>(
    stream: StreamName,
    read: (record: KafkaRecord) => Payload,
  ): Promise<Read<Payload>[]> =>
    (await readStream(kafka, stream)).map((record) => ({ record, payload: read(record) }));
  return {
    received: await readStream(kafka, 'received'),
    cleared: await readAs<PublishedVerdict['payload']>('cleared', payloadOf),
    held: await readAs<HeldTransaction>('held', payloadOf),
    rejected: await readAs('rejected', (record) => {
      const rejected = decodeRejected(record.value ?? Buffer.alloc(0));
      if (rejected === undefined) throw new Error('a rejected record can not be read');
      return rejected;
    }),
    journal: await readAs<JournalRecord>('decisions', payloadOf),
    alerts: await readAs<Alert>('alerts', payloadOf),
  };
};
