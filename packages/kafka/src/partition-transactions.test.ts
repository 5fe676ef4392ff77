import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toKafkaConfig } from './connection.ts';
import { eagerRetry } from './partition-transactions.ts';

test('A transaction that waits for the last one to end asks again after 20 ms, not after 300', () => {
  const config = toKafkaConfig({ brokers: ['b:1'], clientId: 'c', logger: () => undefined }, eagerRetry);
  assert.equal(config.retry?.initialRetryTime, 20);
});
