import type { KafkaClient } from './client.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { runMemoryConsumer } from './memory-consumer.ts';
import { directLink } from './memory-link.ts';
import type { MemoryLink } from './memory-link.ts';
import { createMemoryProducer } from './memory-producer.ts';
import { lastMemoryRecord, readMemoryRange } from './memory-reading.ts';
import { createMemoryTransactions } from './memory-transactions.ts';

export type { MemoryLink } from './memory-link.ts';

export type MemoryKafka = {
  /** A client as one process has it; what it asks of the broker goes through its link. */
  connect(link?: MemoryLink): KafkaClient;
};

/**
 * Kafka within one process: for unit tests and the simulation. It passes the
 * contract suite of the real client, transactions, groups and gaps included.
 * `nowMs` is the broker's clock, by which sessions time out and records are stamped.
 */
export const createMemoryKafka = (nowMs: () => number = Date.now): MemoryKafka => {
  const broker = createMemoryBroker(nowMs);
  return {
    connect: (link = directLink) => ({
      ensureTopics: (specs) =>
        link.request(
          'ensure topics',
          () => new Map(specs.map((spec) => [spec.topic, broker.log.create(spec)] as const)),
        ),
      createTopic: (spec) =>
        link.request('create topic', () => {
          if (broker.log.has(spec.topic)) return 'exists';
          broker.log.create(spec);
          return 'created';
        }),
      deleteTopic: (topic) => link.request('delete topic', () => broker.log.remove(topic)),
      hasTopic: (topic) => link.request('has topic', () => broker.log.has(topic)),
      topicPartitions: (topic) => link.request('partitions', () => broker.log.partitionCount(topic)),
      topicReplicas: (topic) => link.request('replicas', () => broker.log.replicas(topic)),
      offsets: (topic) => link.request('offsets', () => broker.log.offsets(topic)),
      offsetsAtTime: (topic, timeMs) =>
        link.request('offsets at a time', () => broker.log.offsetsAtTime(topic, timeMs)),
      groupPositions: (groupId, topic) =>
        link.request('positions', () => broker.groups.positions(groupId, topic)),
      createProducer: async () => createMemoryProducer(broker, link),
      createPartitionTransactions: (options) => createMemoryTransactions(broker, link, options),
      runConsumer: (options) => runMemoryConsumer(broker, link, options),
      readRange: (range) => readMemoryRange(broker, link, range),
      lastRecord: (topic, partition) => lastMemoryRecord(broker, link, topic, partition),
      close: async () => undefined,
    }),
  };
};
