import { hash } from 'node:crypto';
import { streams } from '@weir/contracts';
import type { ControlRecord, Transaction } from '@weir/contracts';
import type { KafkaRecord, OutgoingRecord } from '@weir/kafka';
import { controlRecordOf, ownSource } from './control-records.ts';
import { tampered } from './plain-envelope.ts';
import type { Random } from './random.ts';
import { readStream } from './topics.ts';
import { outsideLink } from './world.ts';
import type { World } from './world.ts';

const foreignActivation: ControlRecord = {
  kind: 'artefact_activated',
  logId: '018f3b9e-0000-4000-8000-00000000dead',
  sequence: 1_000,
  artefactKind: 'ruleset',
  artefact: 'starter@1',
  digest: '0'.repeat(64),
};

const append = async (world: World, partition: number, record: OutgoingRecord): Promise<void> => {
  const producer = await world.kafka.connect(outsideLink).createProducer();
  await producer.append(streams.received.topic, partition, [record]);
};

/** One more transaction of every account, so that each has its windows asked for once more. */
export const touchEveryAccount = async (world: World): Promise<void> => {
  const log = await readStream(world.kafka.connect(outsideLink), 'received');
  const latest = new Map<string, KafkaRecord>();
  for (const record of log) {
    if (isFromIngest(record)) latest.set(`${record.partition} ${String(record.key)}`, record);
  }
  for (const [name, record] of latest) {
    const content = JSON.parse(String(record.value)) as Transaction;
    const digest = hash('sha256', name, 'buffer').toString('base64url').slice(0, 22);
    const touched = copyOf(record, Buffer.from(JSON.stringify({ ...content, transactionId: 'touch' })));
    await append(world, record.partition, {
      ...touched,
      headers: { ...touched.headers, ce_id: `t1_${digest}` },
    });
  }
};

/** By its source, which nothing is decided by: the simulation names itself there. */
export const isFromIngest = ({ headers }: KafkaRecord): boolean =>
  String(headers['ce_source']).startsWith('urn:weir:source:');

export const headersOf = ({ headers }: KafkaRecord): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes]])),
  );

const copyOf = (record: KafkaRecord, value: Buffer | null = record.value): OutgoingRecord => ({
  key: record.key,
  value,
  headers: { ...headersOf(record), ce_source: ownSource },
});

/** What nobody who may seal has written, or what can't be read: each has to be refused in its place. */
export const appendPoison = async (world: World, random: Random): Promise<void> => {
  const partition = random.below(world.partitions);
  const log = await readStream(world.kafka.connect(outsideLink), 'received');
  const some = random.pick(log);
  const kind = random.below(6);
  if (kind === 0 || some === undefined)
    return append(world, partition, { key: null, value: Buffer.from('{"amount": "1.00"}'), headers: {} });
  if (kind === 1) return append(world, partition, copyOf(some, null));
  if (kind === 2) return append(world, partition, copyOf(some, Buffer.of(tampered, 1, 2)));
  if (kind === 3) return append(world, partition, copyOf(some, Buffer.from('not json')));
  if (kind === 4) return append(world, partition, controlRecordOf(foreignActivation));
  // A copy of a record: a duplicate where it stood, and refused anywhere else.
  return append(world, partition, copyOf(some));
};
