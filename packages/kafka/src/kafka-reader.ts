import { createAdmin } from './admin.ts';
import type { KafkaClient } from './client.ts';
import type { KafkaConnection } from './connection.ts';
import { runConsumer } from './consumer.ts';

/** What a group that only reads needs. */
type KafkaReader = Pick<
  KafkaClient,
  'topicPartitions' | 'offsets' | 'groupPositions' | 'runConsumer' | 'close'
>;

/**
 * A client without anything that writes, for a package that is handed out: who
 * imports it from here bundles no producer. Nothing is connected before the first call.
 */
export const createKafkaReader = (connection: KafkaConnection): KafkaReader => {
  const admin = createAdmin(connection);
  return {
    topicPartitions: admin.topicPartitions,
    offsets: admin.offsets,
    groupPositions: admin.groupPositions,
    runConsumer: (options) => runConsumer(connection, admin, options),
    close: admin.close,
  };
};
