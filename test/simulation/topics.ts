import { decodePayload, decodeRejected, events, streams } from '@weir/contracts';
import type { EventDefinition, JournalRecord, RejectedRecord, StreamName } from '@weir/contracts';
import type { Alert, HeldTransaction } from '@weir/contracts';
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

const payloadOf = <Definition extends EventDefinition>(definition: Definition, record: KafkaRecord) => {
  const payload = decodePayload(definition, record.value ?? Buffer.alloc(0));
  if (!payload.ok) throw new Error(`a record of ${record.topic} can't be read`);
  return payload.value;
};

export const readTopics = async (world: World): Promise<Topics> => {
  const kafka = world.kafka.connect(outsideLink);
  const readAs = async <Payload>(
    stream: StreamName,
    read: (record: KafkaRecord) => Payload,
  ): Promise<Read<Payload>[]> =>
    (await readStream(kafka, stream)).map((record) => ({ record, payload: read(record) }));
  return {
    received: await readStream(kafka, 'received'),
    cleared: await readAs(
      'cleared',
      (record) => payloadOf(events.transactionCleared, record) as PublishedVerdict['payload'],
    ),
    held: await readAs('held', (record) => payloadOf(events.transactionHeld, record) as HeldTransaction),
    rejected: await readAs('rejected', (record) => {
      const rejected = decodeRejected(record.value ?? Buffer.alloc(0));
      if (rejected === undefined) throw new Error('a rejected record can not be read');
      return rejected;
    }),
    journal: await readAs('decisions', (record) => payloadOf(events.journal, record) as JournalRecord),
    alerts: await readAs('alerts', (record) => payloadOf(events.alert, record) as Alert),
  };
};
