import { WeirError } from '@weir/contracts';
import type { PartitionOffsets } from './admin.ts';
import { nameOf } from './consumer-types.ts';
import type { TopicPartition } from './consumer-types.ts';
import type { PartitionPositions } from './offsets.ts';
import { recordBytes } from './record.ts';
import type { KafkaRecord, OutgoingRecord } from './record.ts';
import type { TopicSpec } from './topic-admin.ts';

/** A Kafka transaction as the log sees it; its records are visible once it is committed. */
export type LogTransaction = {
  state: 'open' | 'committed' | 'aborted';
  /** The partitions it has written to, by name: each gets a marker at its end. */
  readonly touched: Map<string, TopicPartition>;
};

/** What one offset holds; a marker of a transaction's end has no record. */
type Entry = { readonly record: KafkaRecord | undefined; readonly transaction: LogTransaction | undefined };

type Topic = Pick<TopicSpec, 'config' | 'replicationFactor'> & { readonly partitions: readonly Entry[][] };

export type LogRead = {
  readonly records: readonly KafkaRecord[];
  /** The next offset after everything that was looked at, markers and aborted records included. */
  readonly endOffset: number;
  readonly highWatermark: number;
};

export type MemoryLog = {
  create(spec: TopicSpec): 'created' | 'unchanged';
  has(topic: string): boolean;
  remove(topic: string): void;
  /** Throws WeirError broker_unavailable for a topic that is not there, as the adapter reports it. */
  partitionCount(topic: string): number;
  replicas(topic: string): number;
  offsets(topic: string): readonly PartitionOffsets[];
  offsetsAtTime(topic: string, timeMs: number): PartitionPositions;
  append(at: TopicPartition, records: readonly OutgoingRecord[], transaction?: LogTransaction): number;
  end(transaction: LogTransaction, state: 'committed' | 'aborted'): void;
  /** From an offset on, at most so many records. Throws WeirError log_truncated beyond the log's end. */
  read(at: TopicPartition, from: number, maxRecords: number, readCommitted: boolean): LogRead;
  /** Whether a read from there has anything to say. */
  hasMore(at: TopicPartition, from: number, readCommitted: boolean): boolean;
  /** Resolves when anything is appended or a transaction ends. */
  changed(): Promise<void>;
};

// Kafka's own default of max.message.bytes, and about what a batch adds to its one record.
const defaultMaxMessageBytes = 1_048_588;
const batchOverheadBytes = 61;

/**
 * The topics of a broker in memory: partitions with offsets, transactions that
 * take offsets for their markers, and the last stable offset behind which no
 * read_committed reader sees. All of it happens at once; what makes a network
 * of it is the link of each client.
 */
export const createMemoryLog = (nowMs: () => number): MemoryLog => {
  const topics = new Map<string, Topic>();
  let change = Promise.withResolvers<void>();

  const tellChange = (): void => {
    change.resolve();
    change = Promise.withResolvers();
  };

  const topicOf = (topic: string): Topic => {
    const found = topics.get(topic);
    if (found === undefined) throw new WeirError('broker_unavailable', `topic ${topic} is not there`);
    return found;
  };

  const entriesOf = ({ topic, partition }: TopicPartition): Entry[] => {
    const entries = topicOf(topic).partitions[partition];
    if (entries === undefined)
      throw new WeirError('broker_unavailable', `topic ${topic} has no partition ${partition}`);
    return entries;
  };

  const lastStable = (entries: readonly Entry[]): number => {
    const open = entries.findIndex(({ transaction }) => transaction?.state === 'open');
    return open === -1 ? entries.length : open;
  };

  const checkSize = (topic: string, records: readonly OutgoingRecord[]): void => {
    const maxBytes = Number(topicOf(topic).config['max.message.bytes'] ?? defaultMaxMessageBytes);
    if (records.some((record) => recordBytes(record) + batchOverheadBytes > maxBytes))
      throw new WeirError('processing_failed', `a record is larger than ${topic} takes`);
  };

  const toRecord = (at: TopicPartition, offset: number, record: OutgoingRecord): KafkaRecord => {
    const headers = Object.create(null) as Record<string, Buffer | undefined>;
    for (const [name, value] of Object.entries(record.headers)) headers[name] = Buffer.from(value);
    const isStampedByBroker = topicOf(at.topic).config['message.timestamp.type'] === 'LogAppendTime';
    return {
      topic: at.topic,
      partition: at.partition,
      offset,
      timestampMs: isStampedByBroker ? nowMs() : (record.timestampMs ?? nowMs()),
      key: record.key === null ? null : Buffer.from(record.key),
      value: record.value === null ? null : Buffer.from(record.value),
      headers,
      repeatedHeaders: [],
    };
  };

  return {
    create: ({ topic, partitions, replicationFactor, config }) => {
      const found = topics.get(topic);
      if (found !== undefined && found.partitions.length !== partitions) {
        throw new WeirError(
          'topic_mismatch',
          `topic ${topic} has ${found.partitions.length} partitions, ${partitions} are configured`,
        );
      }
      if (found !== undefined) return 'unchanged';
      topics.set(topic, {
        partitions: Array.from({ length: partitions }, () => []),
        ...{ replicationFactor, config },
      });
      return 'created';
    },
    has: (topic) => topics.has(topic),
    remove: (topic) => {
      topics.delete(topic);
      tellChange();
    },
    partitionCount: (topic) => topicOf(topic).partitions.length,
    replicas: (topic) => topicOf(topic).replicationFactor,
    offsets: (topic) =>
      topicOf(topic).partitions.map((entries, partition) => ({
        partition,
        earliest: 0,
        end: lastStable(entries),
      })),
    offsetsAtTime: (topic, timeMs) =>
      new Map(
        topicOf(topic).partitions.map((entries, partition) => {
          const at = entries.findIndex(({ record }) => record !== undefined && record.timestampMs >= timeMs);
          return [partition, at === -1 ? entries.length : at];
        }),
      ),
    append: (at, records, transaction) => {
      checkSize(at.topic, records);
      const entries = entriesOf(at);
      const first = entries.length;
      for (const record of records)
        entries.push({ record: toRecord(at, entries.length, record), transaction });
      transaction?.touched.set(nameOf(at), at);
      tellChange();
      return first;
    },
    end: (transaction, state) => {
      if (transaction.state !== 'open') return;
      transaction.state = state;
      for (const at of transaction.touched.values()) entriesOf(at).push({ record: undefined, transaction });
      tellChange();
    },
    read: (at, from, maxRecords, readCommitted) => {
      const entries = entriesOf(at);
      const until = readCommitted ? lastStable(entries) : entries.length;
      if (from > entries.length)
        throw new WeirError('log_truncated', `${nameOf(at)} ends at ${entries.length}, not behind ${from}`);
      const records: KafkaRecord[] = [];
      let offset = from;
      for (; offset < until && records.length < maxRecords; offset += 1) {
        const entry = entries[offset];
        const isHidden = readCommitted && entry?.transaction?.state === 'aborted';
        if (entry?.record !== undefined && !isHidden) records.push(entry.record);
      }
      // The marker behind the last record comes with it, as in the broker's own batches.
      while (offset < until && entries[offset]?.record === undefined) offset += 1;
      return { records, endOffset: offset, highWatermark: entries.length };
    },
    hasMore: (at, from, readCommitted) => {
      const entries = entriesOf(at);
      // Behind the end there is something to be told: that the position is wrong.
      return from < (readCommitted ? lastStable(entries) : entries.length) || from > entries.length;
    },
    changed: () => change.promise,
  };
};
