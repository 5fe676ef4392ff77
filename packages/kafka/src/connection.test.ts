import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patientRetry, toKafkaConfig, toLogFields } from './connection.ts';
import type { KafkaConnection } from './connection.ts';

const local: KafkaConnection = { brokers: ['127.0.0.1:9092'], clientId: 'test', logger: () => undefined };
const sasl = { username: 'u', password: 'p' };

test('SASL plain without TLS is refused, because the password would cross the network in clear', () => {
  const unsafe: KafkaConnection = { ...local, sasl: { mechanism: 'plain', ...sasl } };
  assert.throws(() => toKafkaConfig(unsafe, patientRetry), { code: 'config_invalid' });
  assert.ok(toKafkaConfig({ ...unsafe, tls: {} }, patientRetry).sasl);
  assert.ok(toKafkaConfig({ ...local, sasl: { mechanism: 'scram-sha-512', ...sasl } }, patientRetry).sasl);
});

test('TLS is 1.3 at least, and always verifies the certificate of the broker', () => {
  const config = toKafkaConfig({ ...local, tls: { ca: 'pem', serverName: 'kafka.example' } }, patientRetry);
  assert.deepEqual(config.ssl, {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    ca: ['pem'],
    servername: 'kafka.example',
  });
});

test('An empty list of brokers is a configuration error', () => {
  assert.throws(() => toKafkaConfig({ ...local, brokers: [] }, patientRetry), { code: 'config_invalid' });
});

test('Of what kafkajs logs only fields that cannot hold a payload are let through', () => {
  const entry = {
    message: 'm',
    groupId: 'g',
    partition: 3,
    stack: 's',
    payload: Buffer.from('x'),
    topic: { a: 1 },
  };
  assert.deepEqual(toLogFields(entry), { groupId: 'g', partition: 3 });
});
