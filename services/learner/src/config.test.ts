import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { learnerConfig } from './config.ts';

const env = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: '{"models":["arn:aws:kms:eu-central-1:000000000000:key/00000000-0000-4000-8000-000000000001"]}',
  HTTP_PORT: '0',
};

test('a delay within which timely transactions still come is refused', () => {
  const day = String(86_400_000);
  assert.throws(
    () =>
      loadConfig(
        learnerConfig,
        { ...env, OUTCOMES_DELAY_MS: '3600000', ALLOWED_LATENESS_MS: day },
        { secrets: [] },
      ),
    { code: 'config_invalid', message: /OUTCOMES_DELAY_MS/ },
  );
  const config = loadConfig(learnerConfig, { ...env, OUTCOMES_DELAY_MS: day }, { secrets: [] });
  assert.equal(config.OUTCOMES_DELAY_MS, 86_400_000);
});
