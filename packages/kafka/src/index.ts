export type { GroupPosition, PartitionOffsets } from './admin.ts';
export { createKafka } from './client.ts';
export type { KafkaClient } from './client.ts';
export type { KafkaConnection, LogLevel, Logger } from './connection.ts';
export type {
  BatchControl,
  BatchOutcome,
  ConsumerOptions,
  OnBatch,
  PartitionLag,
  RecordBatch,
  RunningConsumer,
  TopicPartition,
} from './consumer-types.ts';
export { ensureGrants } from './grants.ts';
export type { Grant } from './grants.ts';
export type {
  PartitionOutput,
  PartitionTransactions,
  PartitionTransactionsOptions,
  SourcePosition,
} from './partition-transactions.ts';
export type { Producer, ProducerOptions } from './producer.ts';
export { createKafkaInspector } from './inspector.ts';
export type { BrokerDescription, KafkaInspector, TopicDescription } from './inspector.ts';
export type { ListenerDescription } from './describe-listener.ts';
export type { PartitionPositions } from './offsets.ts';
export type { ReadRange } from './read-range.ts';
export { maxBatchBytes, recordBytes, splitByBytes } from './record.ts';
export type { KafkaRecord, OutgoingRecord } from './record.ts';
export type { TopicSpec } from './topic-admin.ts';
