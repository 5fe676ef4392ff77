import { after } from 'node:test';
import { kafkaContract } from './kafka-contract.ts';
import { openTestClient } from './open-test-client.ts';

const broker = await openTestClient();
after(broker.close);

kafkaContract('kafkajs', broker);
