import { describe } from 'node:test';
import { consumerContract } from './consumer-contract.ts';
import type { ContractClient } from './fixtures/contract-client.ts';
import { readingContract } from './reading-contract.ts';
import { transactionsContract } from './transactions-contract.ts';

/** What every Kafka client has to do, as tests, over a broker that is empty or shared with others. */
export const kafkaContract = (name: string, broker: ContractClient): void => {
  describe(`${name} as a log that is made, appended to and read`, () => readingContract(broker));
  describe(`${name} as transactions of an input partition`, () => transactionsContract(broker));
  describe(`${name} as a consumer of a group`, () => consumerContract(broker));
};
