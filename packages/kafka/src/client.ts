import { createAdmin } from './admin.ts';
import type { KafkaAdmin } from './admin.ts';
import type { KafkaConnection } from './connection.ts';
import { runConsumer } from './consumer.ts';
import type { ConsumerOptions, RunningConsumer } from './consumer-types.ts';
import { lastRecord } from './last-record.ts';
import { createPartitionTransactions } from './partition-transactions.ts';
import type { PartitionTransactions, PartitionTransactionsOptions } from './partition-transactions.ts';
import { createProducer } from './producer.ts';
import type { Producer, ProducerOptions } from './producer.ts';
import { readRange } from './read-range.ts';
import type { ReadRange } from './read-range.ts';
import type { KafkaRecord } from './record.ts';

export type KafkaClient = Omit<KafkaAdmin, 'deleteGroup' | 'close'> & {
  createProducer(options?: ProducerOptions): Promise<Producer>;
  createPartitionTransactions(options: PartitionTransactionsOptions): PartitionTransactions;
  runConsumer(options: ConsumerOptions): Promise<RunningConsumer>;
  readRange(range: ReadRange): Promise<void>;
  lastRecord(topic: string, partition: number): Promise<KafkaRecord | undefined>;
  /** Ends the client's own connection. What was created from it is ended by whoever created it. */
  close(): Promise<void>;
};

/** Everything Weir does with Kafka. Nothing is connected before the first call. */
export const createKafka = (connection: KafkaConnection): KafkaClient => {
  const admin = createAdmin(connection);
  return {
    ensureTopics: admin.ensureTopics,
    createTopic: admin.createTopic,
    deleteTopic: admin.deleteTopic,
    hasTopic: admin.hasTopic,
    topicPartitions: admin.topicPartitions,
    topicReplicas: admin.topicReplicas,
    offsets: admin.offsets,
    offsetsAtTime: admin.offsetsAtTime,
    groupPositions: admin.groupPositions,
    createProducer: (options) => createProducer(connection, options),
    createPartitionTransactions: (options) => createPartitionTransactions(connection, admin, options),
    runConsumer: (options) => runConsumer(connection, admin, options),
    readRange: (range) => readRange(connection, admin, range),
    lastRecord: (topic, partition) => lastRecord(connection, admin, topic, partition),
    close: admin.close,
  };
};
