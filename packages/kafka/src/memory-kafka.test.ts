import { createContractClient } from './fixtures/contract-client.ts';
import { kafkaContract } from './kafka-contract.ts';
import { createMemoryKafka } from './memory-kafka.ts';
import { directLink } from './memory-link.ts';

// The suite's pauses are made for a broker on a network.
const link = { ...directLink, sleep: (delayMs: number) => directLink.sleep(delayMs / 20) };

kafkaContract('memory', createContractClient(createMemoryKafka().connect(link), ''));
