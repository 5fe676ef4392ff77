import { startKafka } from '@weir/testkit';
import type { TestKafka } from '@weir/testkit';
import { createKafka } from './client.ts';
import type { KafkaConnection } from './connection.ts';
import { createContractClient } from './fixtures/contract-client.ts';
import type { ContractClient } from './fixtures/contract-client.ts';

export type TestClient = ContractClient & {
  readonly kafka: TestKafka;
  readonly connection: KafkaConnection;
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
  return {
    ...createContractClient(client, kafka.prefix),
    kafka,
    connection,
    close: async () => {
      await client.close();
      await kafka.stop();
    },
  };
};
