import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyClasses, roles } from '@weir/contracts';
import { roleEnvironment, stackAddresses, streamKeys } from './describe-stack.ts';
import type { KeyArns, StackSettings } from './describe-stack.ts';
import { alertsAccessOf, kafkaAccessOf, webhookAccessOf } from './kafka-access.ts';
import { partNames, parts } from './parts.ts';
import type { Ports } from './choose-ports.ts';

const settings: StackSettings = {
  home: '/home',
  ports: Object.fromEntries(partNames.map((name) => [name, parts[name].defaultPort])) as Ports,
  ownKafkaBrokers: undefined,
  kafkaAccess: {},
  ownRedisUrl: undefined,
  redisAccess: {},
  security: undefined,
  ownSmtpUrl: undefined,
  mailFrom: 'weir@localhost',
  mailTo: 'analyst@localhost',
  webhookAccess: {},
  alertsAccess: {},
  kafka: undefined,
  redis: undefined,
  callersFile: '/home/keys/callers.json',
  indexKeyFile: '/home/keys/index.key',
  routingKeyFile: '/home/keys/routing.key',
  logLevel: 'info',
};
const arns = {
  ...Object.fromEntries(keyClasses.map((keyClass) => [keyClass, [`arn-${keyClass}`]])),
  auditSigning: 'arn-signing',
  replaySigning: 'arn-replay-signing',
} as KeyArns;
const credentials = { accessKeyId: 'id', secretAccessKey: 'key' };
const environmentOf = (role: Parameters<typeof roleEnvironment>[0]['role'], given: StackSettings) =>
  roleEnvironment({ role, settings: given, arns, credentials });

test('a password in a URL of the user reaches the worker that connects with it, and is shown nowhere', () => {
  const own = {
    ...settings,
    ownRedisUrl: 'rediss://weir:hunter2@redis.example:6380/1?password=hunter2',
    ownSmtpUrl: 'smtps://mailer:hunter2@mail.example:465',
  };
  const shown = stackAddresses(own);
  assert.doesNotMatch(JSON.stringify(shown), /hunter2|mailer|weir:/);
  assert.equal(shown['REDIS_URL'], 'rediss://redis.example:6380/1');
  assert.equal(shown['SMTP_URL'], 'smtps://mail.example:465');
  assert.equal(environmentOf('detection', own)['REDIS_URL'], own.ownRedisUrl);
  assert.equal(environmentOf('alerting', own)['SMTP_URL'], own.ownSmtpUrl);
});

test('what is no single URL is not shown at all', () => {
  for (const ownRedisUrl of ['redis://a,redis://:hunter2@b', 'hunter2@redis.example', 'redis://a:hunter2']) {
    assert.equal(stackAddresses({ ...settings, ownRedisUrl })['REDIS_URL'], '[URL not shown]');
  }
});

test('an inbox is named only where one runs', () => {
  assert.equal(stackAddresses(settings)['INBOX_URL'], 'http://127.0.0.1:11080');
  assert.equal('INBOX_URL' in stackAddresses({ ...settings, ownSmtpUrl: 'smtp://mail.example' }), false);
});

test("every role is told how the user's own Kafka lets it in, wherever it is run from", () => {
  const kafkaAccess = kafkaAccessOf({
    KAFKA_TLS_CA_FILE: 'ca.pem',
    KAFKA_TLS_CERT_FILE: '',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'weir',
    KAFKA_SASL_PASSWORD: 'hunter2',
    KAFKA_HEAP_OPTS: '-Xmx1g',
  });
  const own = { ...settings, ownKafkaBrokers: 'kafka.example:9093', kafkaAccess };
  for (const role of roles) {
    const kafka = Object.entries(environmentOf(role, own)).filter(([name]) => name.startsWith('KAFKA_'));
    assert.deepEqual(Object.fromEntries(kafka), {
      KAFKA_BROKERS: 'kafka.example:9093',
      KAFKA_TLS_CA_FILE: `${process.cwd()}/ca.pem`,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'weir',
      KAFKA_SASL_PASSWORD: 'hunter2',
    });
  }
  assert.doesNotMatch(JSON.stringify(stackAddresses(own)), /hunter2/);
});

test("alerting alone is told of the user's webhook, and nobody is shown where it is", () => {
  const own = {
    ...settings,
    webhookAccess: webhookAccessOf({
      WEBHOOK_URL: 'https://soc.example/hunter2',
      WEBHOOK_SECRETS_FILE: 'webhook.secrets',
      WEBHOOK_CA_FILE: '',
      WEBHOOK_OF_ANOTHER: 'hunter2',
    }),
  };
  for (const role of roles) {
    const webhook = Object.entries(environmentOf(role, own)).filter(([name]) => name.startsWith('WEBHOOK_'));
    const expected = {
      WEBHOOK_URL: 'https://soc.example/hunter2',
      WEBHOOK_SECRETS_FILE: `${process.cwd()}/webhook.secrets`,
    };
    assert.deepEqual(Object.fromEntries(webhook), role === 'alerting' ? expected : {});
  }
  assert.doesNotMatch(JSON.stringify(stackAddresses(own)), /hunter2|soc\.example/);
});

test("the user's own routing document takes the place of one recipient, and a password of a database is shown nowhere", () => {
  const alertsAccess = alertsAccessOf({
    ROUTES_FILE: 'routes.yaml',
    DATABASE_URL: 'postgres://weir:hunter2@db.example/alerts',
    RELEASE_ALONE_UP_TO: 'EUR:100000',
    OTHER: 'x',
  });
  const own = { ...settings, mailTo: undefined, alertsAccess };
  const env = environmentOf('alerting', own);
  assert.equal('MAIL_TO' in env, false);
  assert.equal(env['ROUTES_FILE'], `${process.cwd()}/routes.yaml`);
  assert.equal('STORE_DIR' in env, false);
  assert.equal(environmentOf('alerting', settings)['STORE_DIR'], '/home/alerts');
  assert.doesNotMatch(JSON.stringify(stackAddresses(own)), /hunter2|db\.example/);
  for (const role of roles) assert.equal('DATABASE_URL' in environmentOf(role, own), role === 'alerting');
});

test('replay is told which key signs its manifests and where they lie, and gets neither an index key nor Redis', () => {
  const env = environmentOf('replay', settings);
  assert.equal(env['REPLAY_SIGNING_KEY'], 'arn-replay-signing');
  assert.equal(env['REPLAY_DIR'], '/home/replays');
  for (const name of ['INDEX_KEY_FILE', 'ROUTING_KEY_FILE', 'REDIS_URL', 'AUDIT_SIGNING_KEY'])
    assert.equal(name in env, false, name);
  assert.equal(environmentOf('ops', settings)['REPLAY_SIGNING_KEY'], 'arn-replay-signing');
});

test('replay has keys for what it reads, for what it tells the audit trail and for what it finds, and nobody else has the last', () => {
  for (const role of roles) {
    const names = Object.keys(streamKeys(role, arns));
    assert.equal(names.includes('replay'), role === 'replay', role);
    if (role !== 'replay') continue;
    for (const name of ['alerts', 'outcomes', 'audit']) assert.equal(names.includes(name), false, name);
  }
});
