import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
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
  STORE_DIR: '/var/lib/weir/alerts',
};
const load = (different: Record<string, string>) =>
  loadConfig(
    alertingConfig,
    { ...env, ...different },
    { secrets: ['SMTP_URL', 'WEBHOOK_URL', 'DATABASE_URL'] },
  );

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
] as const) {
  test(`${variable} is refused as ${JSON.stringify(value).replace('hunter2hunter2', '...')}, without its secret`, () => {
    assert.throws(
      () => load({ [variable]: value }),
      (error: Error) => error.message.includes(`${variable}: `) && !error.message.includes('hunter2'),
    );
  });
}

test('Alerts are kept in a folder or on a server, in one of both', () => {
  const server = 'postgres://weir:hunter2hunter2@db.example/alerts';
  assert.equal(load({ STORE_DIR: '', DATABASE_URL: server }).DATABASE_URL, server);
  for (const [different, variable] of [
    [{ STORE_DIR: '' }, 'STORE_DIR'],
    [{ DATABASE_URL: server }, 'STORE_DIR'],
    [{ STORE_DIR: '', DATABASE_URL: 'mysql://db.example' }, 'DATABASE_URL'],
    [{ DATABASE_CA_FILE: '/etc/weir/ca.pem' }, 'DATABASE_CA_FILE'],
    [{ RETENTION_DAYS: '0' }, 'RETENTION_DAYS'],
    [{ MODE: 'repair' }, 'MODE'],
  ] as const)
    assert.throws(
      () => load(different),
      (error: Error) => error.message.includes(`${variable}: `) && !error.message.includes('hunter2'),
    );
});

test('With a routing document no variable says who is told', () => {
  const document = { ROUTES_FILE: '/etc/weir/routes.yaml' };
  assert.equal(load({ ...document, MAIL_TO: '' }).ROUTES_FILE, document.ROUTES_FILE);
  assert.throws(() => load(document), /MAIL_TO: /);
});

test('The API is open beyond this machine with a certificate alone', () => {
  assert.equal(load({}).API_PORT, '19105');
  assert.throws(() => load({ API_HOST: '0.0.0.0', API_TOKENS_FILE: '/tokens.json' }), /API_/);
});

const folder = makeTempFolder('alerting-config');
const secret = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

/** Variables that ask for a webhook, with these lines as its secrets. */
function webhook(different: Record<string, string>, lines: readonly string[] = [secret(32)]) {
  const file = join(folder, `secrets-${randomBytes(4).toString('hex')}`);
  writeFileSync(file, lines.join('\n'));
  return load({
    WEBHOOK_URL: 'https://soc.example/hunter2',
    WEBHOOK_SECRETS_FILE: file,
    ...different,
  });
}

test('A webhook comes whole or not at all', () => {
  assert.equal(load({}).WEBHOOK_URL, undefined);
  assert.equal(webhook({}, [secret(24), '', secret(64)]).WEBHOOK_SECRETS_FILE?.length, 2);
  assert.throws(() => load({ WEBHOOK_URL: 'https://soc.example' }), /WEBHOOK_SECRETS_FILE: /);
  assert.throws(() => webhook({ WEBHOOK_URL: '' }), /WEBHOOK_URL: is needed/);
});

for (const lines of [
  [],
  ['hunter2'],
  ['whsec_hunter2'],
  [secret(23)],
  [secret(65)],
  [secret(32).slice('whsec_'.length)],
  Array.from({ length: 5 }, () => secret(32)),
])
  test(`Secrets like ${JSON.stringify(lines.map((line) => line.slice(0, 8)))} are refused, and none is repeated`, () => {
    assert.throws(
      () => webhook({}, lines),
      (error: Error) =>
        error.message.includes('WEBHOOK_SECRETS_FILE: ') &&
        lines.every((line) => !error.message.includes(line)),
    );
  });

for (const [url, allow, accepted] of [
  ['https://soc.example/hunter2', '', true],
  ['https://user:hunter2@soc.example/', '', false],
  ['https://soc.example/#hunter2', '', false],
  ['http://soc.example/', '', false],
  ['http://soc.example/', 'soc.example', false],
  ['http://127.0.0.1:8080/', '', false],
  ['http://127.0.0.1:8080/', '127.0.0.1', true],
  ['http://[::1]:8080/', '::1', true],
  ['http://localhost:8080/', 'localhost', true],
  ['https://localhost/', '', false],
  ['https://10.0.0.7/', '', false],
  ['https://10.0.0.7/', '10.0.0.0/8', true],
  ['https://2852039166/', '', false],
  ['https://0xa9fea9fe/', '', false],
  ['https://[::ffff:169.254.169.254]/', '', false],
  ['https://[fd00::1]/', '', false],
  ['https://[fd00::1]/', 'fd00::/8', true],
  ['ftp://soc.example/', '', false],
] as const)
  test(`WEBHOOK_URL ${url.replace('hunter2', '...')} with ${allow === '' ? 'nothing' : allow} allowed is ${accepted ? 'taken' : 'refused'}`, () => {
    const given = () => webhook({ WEBHOOK_URL: url, WEBHOOK_ALLOW_PRIVATE: allow });
    if (accepted) assert.equal(given().WEBHOOK_URL, url);
    else
      assert.throws(
        given,
        (error: Error) => error.message.includes('WEBHOOK_URL: ') && !error.message.includes('hunter2'),
      );
  });

test('What may be private is a list of names, addresses and networks', () => {
  assert.deepEqual(webhook({ WEBHOOK_ALLOW_PRIVATE: 'soc.internal, 10.0.0.0/8' }).WEBHOOK_ALLOW_PRIVATE, [
    'soc.internal',
    '10.0.0.0/8',
  ]);
  assert.throws(() => webhook({ WEBHOOK_ALLOW_PRIVATE: '10.0.0.0/33' }), /WEBHOOK_ALLOW_PRIVATE: /);
});
