import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { upkeepConfig } from './upkeep-config.ts';

const given = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: JSON.stringify({
    received: ['arn:aws:kms:eu-central-1:000000000000:key/11111111-2222-3333-4444-555555555555'],
  }),
  HTTP_PORT: '0',
  MODE: 'verify',
  REDIS_URL: 'redis://127.0.0.1:6379',
};
const load = (env: Record<string, string>) =>
  loadConfig(upkeepConfig, { ...given, ...env }, { secrets: ['REDIS_URL', 'TARGET_REDIS_URL'] });

test('what is not said is not limited: all partitions, and all of their accounts', () => {
  const config = load({});
  assert.deepEqual([config.VERIFY_PARTITION, config.VERIFY_ACCOUNTS], [undefined, undefined]);
  const limited = load({ VERIFY_PARTITION: '0', VERIFY_ACCOUNTS: '12' });
  assert.deepEqual([limited.VERIFY_PARTITION, limited.VERIFY_ACCOUNTS], [0, 12]);
});

test('numbers that are none, and too many accounts, are refused by the name of the variable', () => {
  for (const env of [{ VERIFY_PARTITION: '-1' }, { VERIFY_ACCOUNTS: '0' }, { VERIFY_ACCOUNTS: 'all' }])
    assert.throws(() => load(env), new RegExp(Object.keys(env)[0] ?? ''));
});
