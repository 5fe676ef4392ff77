import { randomUUID } from 'node:crypto';
import { streams, topicSpecifications } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { Sealer, UnsealedEvent } from '@weir/envelope';
import type { KafkaClient, OutgoingRecord } from '@weir/kafka';
import { outputStreams } from '@weir/verdicts';
import { encodePositionMetadata } from '../../services/detection/src/position-metadata.ts';
import { controlEvents } from './in-force.ts';
import type { InForce } from './in-force.ts';
import type { MadeTransaction, TransactionMaker } from './make-transactions.ts';

const source = '/weir/bench';
/** As ingest has it at most. */
export const recordsPerAppend = 500;
const fillerPerAppend = 20_000;
/** Old segments of what detection writes go, or a run would leave ten gigabytes behind. */
const diskBounds = { 'retention.bytes': '268435456', 'segment.bytes': '67108864' };

export type Positions = ReadonlyMap<number, number>;

export const totalOf = (positions: Positions): number =>
  [...positions.values()].reduce((sum, next) => sum + next, 0);

/** A log to measure on: its topics, what it is called, and what may be done with it. */
export type BenchLog = {
  readonly logId: string;
  readonly environment: string;
  readonly groupId: string;
  readonly partitions: number;
  readonly topicPrefix: string;
  /** What it decides by from its beginning. */
  readonly inForce: InForce;
  /** Sees the log's topics by their ordinary names. */
  readonly kafka: KafkaClient;
  /** Seals and appends so many transactions. Answers where each partition then ends. */
  readonly fill: (maker: TransactionMaker, count: number) => Promise<Positions>;
  readonly ends: () => Promise<Positions>;
  readonly close: () => Promise<void>;
};

export type BenchLogOptions = {
  readonly kafka: KafkaClient;
  readonly topicPrefix: string;
  readonly environment: string;
  readonly partitions: number;
  readonly sealer: Sealer;
  /** Publishes what it is to decide by, once its topics are there. */
  readonly publishInForce: (kafka: KafkaClient) => Promise<InForce>;
  /** Offsets the log begins with that no transaction has: room for the offsets of preloaded history. */
  readonly fillerRecords: number;
  /** Whether all that detection writes is kept; else the oldest of it goes once there is much. */
  readonly keepsOutputs?: boolean;
};

/** Makes the topics, names the log, and writes the filler behind which the measured transactions will stand. */
export async function createBenchLog(options: BenchLogOptions): Promise<BenchLog> {
  const { kafka, environment, partitions, sealer, topicPrefix } = options;
  const bounded = new Set(
    options.keepsOutputs === true ? [] : outputStreams.map((name) => streams[name].topic),
  );
  await kafka.ensureTopics(
    topicSpecifications({ logPartitions: partitions, replicationFactor: 1 }).map((spec) =>
      bounded.has(spec.topic) ? { ...spec, config: { ...spec.config, ...diskBounds } } : spec,
    ),
  );
  const producer = await kafka.createProducer();
  const logId = randomUUID();
  const { topic } = streams.received;
  const seal = (sealing: readonly UnsealedEvent[]): Promise<OutgoingRecord[]> =>
    sealEvents({ sealer, stream: 'received', environment, source }, sealing);
  const each = async (work: (partition: number) => Promise<unknown>): Promise<void> => {
    await Promise.all(Array.from({ length: partitions }, (_, partition) => work(partition)));
  };

  const inForce = await options.publishInForce(kafka);
  const opening = await seal(controlEvents(logId, partitions, inForce));
  await each(async (partition) => {
    await producer.append(topic, partition, opening);
    const filler: OutgoingRecord = { key: null, value: Buffer.from('-'), headers: {} };
    for (let left = options.fillerRecords; left > 0; left -= fillerPerAppend) {
      await producer.append(
        topic,
        partition,
        Array<OutgoingRecord>(Math.min(left, fillerPerAppend)).fill(filler),
      );
    }
  });

  const ends = async (): Promise<Positions> =>
    new Map((await kafka.offsets(topic)).map(({ partition, end }) => [partition, end]));
  return {
    logId,
    environment,
    groupId: `${topicPrefix}weir-detection`,
    partitions,
    topicPrefix,
    inForce,
    kafka,
    ends,
    fill: async (maker, count) => {
      await appendAll(maker, count, async (partition, made) => {
        await producer.append(topic, partition, await seal(made.map(({ event }) => event)));
      });
      return ends();
    },
    close: producer.close,
  };
}

/** Makes transactions and hands them over in batches by partition, one batch of each partition on its way at a time. */
async function appendAll(
  maker: TransactionMaker,
  count: number,
  append: (partition: number, made: readonly MadeTransaction[]) => Promise<void>,
): Promise<void> {
  const waiting = new Map<number, MadeTransaction[]>();
  const sending = new Map<number, Promise<void>>();
  const send = async (partition: number): Promise<void> => {
    const made = waiting.get(partition) ?? [];
    waiting.delete(partition);
    await sending.get(partition);
    if (made.length > 0) sending.set(partition, append(partition, made));
  };
  for (let n = 0; n < count; n += 1) {
    const made = maker.next();
    const batch = waiting.get(made.partition) ?? [];
    waiting.set(made.partition, batch);
    if (batch.push(made) === recordsPerAppend) await send(made.partition);
  }
  for (const partition of [...waiting.keys()]) await send(partition);
  await Promise.all(sending.values());
}

/**
 * Commits positions of a group as detection does: in a transaction, and with
 * what it needs to know the log again.
 */
export async function commitPositions(
  log: BenchLog,
  groupId: string,
  positions: Positions,
  topic: string = streams.received.topic,
): Promise<void> {
  const state = { logId: log.logId, partitionCount: log.partitions, ...log.inForce };
  const metadata = encodePositionMetadata(state);
  const commit = async (partition: number, next: number): Promise<void> => {
    const transactions = log.kafka.createPartitionTransactions({
      transactionalId: `bench-position-${groupId}-${topic}-${partition}`,
      groupId,
    });
    await transactions.fence();
    await transactions.publish({ outputs: [], source: { topic, partition, next, metadata } });
    await transactions.discard();
  };
  await Promise.all([...positions].map(([partition, next]) => commit(partition, next)));
}
