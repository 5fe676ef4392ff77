import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { replayConfig } from './config.ts';

const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const env = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: JSON.stringify({ received: [arn], decisions: [arn], intake: [arn], replay: [arn] }),
  HTTP_PORT: '0',
  REPLAY_DIR: '/var/lib/weir/replay',
  REPLAY_SIGNING_KEY: arn,
  API_TOKENS_FILE: '/etc/weir/tokens.json',
};
const load = (different: Record<string, string>) =>
  loadConfig(replayConfig, { ...env, ...different }, { secrets: [] });

test('What a local stack sets is enough: one person may compare alone, slowly, and only this machine may ask', () => {
  const config = load({});
  assert.deepEqual(
    [config.REPLAY_ALONE, config.REPLAY_RECORDS_PER_SECOND, config.REPLAY_KEEP_DAYS, config.API_HOST],
    ['compare', 2_000, 30, '127.0.0.1'],
  );
});

for (const [variable, value] of [
  ['REPLAY_DIR', 'replays'],
  ['REPLAY_DIR', ''],
  ['REPLAY_SIGNING_KEY', 'alias/replay'],
  ['REPLAY_RECEIVERS_FILE', 'receivers.json'],
  ['REPLAY_ALONE', 'everything'],
  ['REPLAY_KEEP_DAYS', '0'],
  ['REPLAY_WINDOW_BYTES', '1000'],
  ['API_TOKENS_FILE', ''],
  ['API_HOST', '0.0.0.0'],
  ['API_PORT', '70000'],
] as const)
  test(`${variable}=${value} is refused`, () => {
    assert.throws(
      () => load({ [variable]: value }),
      (error: Error) => error.message.includes(variable) || error.message.includes('API_TLS_CERT_FILE'),
    );
  });
