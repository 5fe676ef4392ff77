import { hash } from 'node:crypto';
import { events, streams } from '@weir/contracts';
import type { ControlRecord, RejectionCode, Transaction } from '@weir/contracts';
import type { KafkaRecord, OutgoingRecord } from '@weir/kafka';
import type { Random } from '@weir/simulator';
import { definedHeaders } from '../headers.ts';
import { transactionName } from '../history-checks/history.ts';
import { accountIdOf } from '../history-checks/readers.ts';
import { controlRecordOf, ownSource } from './control-records.ts';
import { pickAny } from './pick-any.ts';
import { tampered } from './plain-envelope.ts';
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

const append = async (world: World, partition: number, record: OutgoingRecord): Promise<number> => {
  const producer = await world.kafka.connect(outsideLink).createProducer();
  const { firstOffset } = await producer.append(streams.received.topic, partition, [record]);
  return firstOffset;
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
    world.touched.push(transactionName(accountIdOf(content.account), 'touch'));
    await append(world, record.partition, {
      ...touched,
      headers: { ...touched.headers, ce_id: `t1_${digest}` },
    });
  }
};

/** By its source, which nothing is decided by: the simulation names itself there. */
const isFromIngest = ({ headers }: KafkaRecord): boolean =>
  String(headers['ce_source']).startsWith('urn:weir:source:');

const copyOf = (record: KafkaRecord, value: Buffer | null = record.value): OutgoingRecord => ({
  key: record.key,
  value,
  headers: { ...definedHeaders(record.headers), ce_source: ownSource },
});

/**
 * What nobody who may seal has written, or what can't be read: each has to be
 * refused in its place, by a code that is known from how it was made.
 */
export const appendPoison = async (world: World, random: Random): Promise<void> => {
  const partition = random.below(world.partitions);
  const log = await readStream(world.kafka.connect(outsideLink), 'received');
  const some = pickAny(random, log);
  const { record, code } = some === undefined ? unsealed : poisonOf(random, world, { some, partition });
  const offset = await append(world, partition, record);
  if (code !== undefined) world.planted.push({ partition, offset, code });
};

/** `code` is undefined for what isn't refused at all. */
type Poison = { readonly record: OutgoingRecord; readonly code: RejectionCode | undefined };

const unsealed: Poison = {
  record: { key: null, value: Buffer.from('{"amount": "1.00"}'), headers: {} },
  code: 'not_sealed',
};

const poisonOf = (
  random: Random,
  world: World,
  { some, partition }: { readonly some: KafkaRecord; readonly partition: number },
): Poison => {
  // Of what was refused before, a copy has no headers either where that was the reason.
  const refused = world.planted.find((one) => one.partition === some.partition && one.offset === some.offset);
  const readable = (code: RejectionCode): RejectionCode => (isSealed(some) ? code : 'not_sealed');
  switch (random.below(6)) {
    case 0:
      return unsealed;
    case 1:
      return { record: copyOf(some, null), code: 'null_value' };
    case 2:
      return { record: copyOf(some, Buffer.of(tampered, 1, 2)), code: readable('authentication_failed') };
    case 3:
      return { record: copyOf(some, Buffer.from('not json')), code: readable('contract_violation') };
    case 4:
      return { record: controlRecordOf(foreignActivation), code: 'contract_violation' };
    default: {
      // A duplicate where it stood, and refused anywhere else; a control record changes nothing by being said again.
      const isHome = some.partition === partition || isControl(some);
      return { record: copyOf(some), code: refused?.code ?? (isHome ? undefined : 'contract_violation') };
    }
  }
};

const isSealed = ({ headers }: KafkaRecord): boolean => headers['ce_type'] !== undefined;
const isControl = ({ headers }: KafkaRecord): boolean => String(headers['ce_type']) === events.control.type;
