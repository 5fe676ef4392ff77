import { startKafka, waitFor } from '@weir/testkit';
import type { TestKafka } from '@weir/testkit';
import { createKafka } from './client.ts';
import type { KafkaClient } from './client.ts';
import type { KafkaConnection } from './connection.ts';
import type { KafkaRecord, OutgoingRecord } from './record.ts';

export type TestClient = {
  readonly kafka: TestKafka;
  readonly connection: KafkaConnection;
  readonly client: KafkaClient;
  /** Makes a topic of its own and answers its name. */
  topic(partitions: number, config?: Readonly<Record<string, string>>): Promise<string>;
  /** The values a reader sees in one pass, in offset order per partition. */
  values(topic: string, readCommitted?: boolean): Promise<readonly string[]>;
  /** The same once `count` are there: an acknowledged commit becomes visible a moment later. */
  committedValues(topic: string, count: number): Promise<readonly string[]>;
  close(): Promise<void>;
};

/** A broker and a client for one file of integration tests. */
export const openTestClient = async (options: { readonly own?: boolean } = {}): Promise<TestClient> => {
  const kafka = await startKafka(options);
  const connection: KafkaConnection = {
    brokers: kafka.brokers.split(','),
    clientId: `${kafka.prefix}test`,
    logger: () => undefined,
  };
  const client = createKafka(connection);
  let topics = 0;
  const values = async (topic: string, readCommitted = true): Promise<readonly string[]> => {
    const seen: string[] = [];
    const onRecord = (each: KafkaRecord) => void seen.push(String(each.value));
    await client.readRange({ topic, from: 'earliest', onRecord, readCommitted, deadlineMs: 20_000 });
    return seen;
  };
  return {
    kafka,
    connection,
    client,
    topic: async (partitions, config = {}) => {
      topics += 1;
      const topic = `${kafka.prefix}topic-${topics}`;
      await client.ensureTopics([{ topic, partitions, replicationFactor: 1, config }]);
      return topic;
    },
    values,
    committedValues: (topic, count) =>
      waitFor(
        async () => {
          const seen = await values(topic);
          return seen.length >= count && seen;
        },
        { what: `${count} values of ${topic}` },
      ),
    close: async () => {
      await client.close();
      await kafka.stop();
    },
  };
};

export const record = (value: string): OutgoingRecord => ({
  key: 'account',
  value: Buffer.from(value),
  headers: {},
});
