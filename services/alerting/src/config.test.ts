import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { alertingConfig } from './config.ts';

const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const env = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: JSON.stringify({ held: [arn], rejected: [arn], alerts: [arn] }),
  HTTP_PORT: '0',
  SMTP_URL: 'smtp://weir:hunter2hunter2@mail.example',
  MAIL_FROM: 'weir@localhost',
  MAIL_TO: 'analyst@localhost, soc@bank.example,analyst@localhost',
};
const load = (different: Record<string, string>) =>
  loadConfig(alertingConfig, { ...env, ...different }, { secrets: ['SMTP_URL'] });

test('What a local stack sets is enough, and each recipient is told once', () => {
  const config = load({});
  assert.deepEqual(config.MAIL_TO, ['analyst@localhost', 'soc@bank.example']);
  assert.equal(config.ALERTING_GROUP_ID, 'weir-alerting');
});

for (const [variable, value] of [
  ['SMTP_URL', 'smtp://weir:hunter2hunter2@mail.example?tls.rejectUnauthorized=false'],
  ['SMTP_URL', 'https://mail.example'],
  ['MAIL_FROM', 'Weir <weir@bank.example>'],
  ['MAIL_FROM', 'weir@bank.example\r\nBcc: thief@example'],
  ['MAIL_TO', 'analyst@localhost,nobody'],
  ['MAIL_TIMEOUT_MS', '20000'],
] as const) {
  test(`${variable} is refused as ${JSON.stringify(value).replace('hunter2hunter2', '...')}, without its secret`, () => {
    assert.throws(
      () => load({ [variable]: value }),
      (error: Error) => error.message.includes(`${variable}: `) && !error.message.includes('hunter2'),
    );
  });
}
