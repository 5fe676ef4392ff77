import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  keyClasses,
  roles,
  sealedStreamNames,
  sealedStreams,
  streams,
  topicSpecifications,
} from '@weir/contracts';
import type { Role } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import { ensureKeys } from '@weir/kms';
import { pickFreePort, resolveHome, startRedisServer } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { startLocalKms } from '@weir/local-kms';
import type { LocalKms } from '@weir/local-kms';
import { makeTempFolder, startKafka } from '@weir/testkit';
import type { TestKafka } from '@weir/testkit';
import { readRoleConfig } from './patient.ts';
import type { Patient } from './patient.ts';
import { runDoctor } from './run-doctor.ts';

const region = 'eu-central-1';
const folder = makeTempFolder('doctor');
const redisPort = await pickFreePort();
const deadPort = await pickFreePort();

let kafka: TestKafka;
let redis: OwnedProcess;
let kms: LocalKms;
let arns: Readonly<Record<string, string>>;

const alias = (keyClass: string): string => `alias/weir-local-${keyClass}`;
const credentials = (name: string) => ({ accessKeyId: `ID_${name}`, secretAccessKey: `secret-of-${name}` });

/** What the table of streams grants; alerting gets the keys of the log besides. */
const callers = [
  { ...credentials('admin'), name: 'admin', allow: [{ operations: ['*'], keys: ['*'] }] },
  ...roles.map((role) => {
    const keys = (side: 'writers' | 'readers') =>
      sealedStreamNames
        .filter((name) => sealedStreams[name][side].includes(role))
        .map((name) => alias(sealedStreams[name].keyClass));
    const allow = [
      { operations: ['GenerateDataKey'], keys: keys('writers') },
      {
        operations: ['Decrypt'],
        keys: [...keys('readers'), ...(role === 'alerting' ? [alias('received')] : [])],
      },
    ].filter((rule) => rule.keys.length > 0);
    return { ...credentials(role), name: role, allow };
  }),
];

/** The topics of the table, but one is missing, one forgets after a day and another compresses. */
async function makeTopics(): Promise<void> {
  const client = createKafka({ brokers: [kafka.brokers], clientId: 'doctor-test', logger: () => undefined });
  const broken: Readonly<Record<string, Record<string, string>>> = {
    [streams.received.topic]: { 'retention.ms': '86400000' },
    [streams.held.topic]: { 'compression.type': 'lz4' },
  };
  const specifications = topicSpecifications({ logPartitions: 2, replicationFactor: 1 })
    .filter(({ topic }) => topic !== streams.alerts.topic)
    .map((one) => ({ ...one, config: { ...one.config, ...broken[one.topic] } }));
  await client.ensureTopics(specifications);
  await client.close();
}

before(async () => {
  [kafka, redis, kms] = await Promise.all([
    startKafka({ own: true }),
    startRedisServer({
      home: resolveHome(process.env),
      dataDir: join(folder, 'redis'),
      port: redisPort,
      settings: { 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' },
      onProgress: () => undefined,
    }),
    startLocalKms({ port: 0, keyFile: join(folder, 'keys.json'), callers, log: () => undefined }),
  ]);
  const access = { endpoint: kms.endpoint, region, credentials: credentials('admin') };
  [arns] = await Promise.all([ensureKeys({ ...access, aliases: keyClasses.map(alias) }), makeTopics()]);
  // A broker that has just started may take longer over its first answers than a probe has.
  await runDoctor(everyRole(), { nowMs: Date.now, freeBytesOf: async () => 1e12, accounts: undefined });
});
after(async () => {
  await Promise.all([kafka.stop(), redis.stop(5_000), kms.close()]);
});

const configOf = (role: Role, change: Readonly<Record<string, string>> = {}) => {
  const { accessKeyId, secretAccessKey } = credentials(role);
  const used = sealedStreamNames.filter((name) =>
    [...sealedStreams[name].writers, ...sealedStreams[name].readers].includes(role),
  );
  return readRoleConfig({
    WEIR_ENVIRONMENT: 'doctor',
    KAFKA_BROKERS: kafka.brokers,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    KMS_ENDPOINT: kms.endpoint,
    KMS_KEYS: JSON.stringify(
      Object.fromEntries(used.map((name) => [name, [arns[alias(sealedStreams[name].keyClass)]]])),
    ),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...change,
  });
};

const minuteMs = 60_000;
const everyRole = (): Patient => ({
  home: undefined,
  roles: new Map(roles.map((role) => [role, configOf(role)])),
});

test('each of many faults is found and named with how it is mended, and nothing else is', async () => {
  const checks = await runDoctor(everyRole(), {
    nowMs: () => Date.now() + minuteMs,
    freeBytesOf: async () => 1_048_576,
    accounts: undefined,
  });
  const found = new Map(checks.map((check) => [check.id, check]));
  const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn');
  assert.deepEqual(bad.map(({ id, status }) => `${status} ${id}`).toSorted(), [
    'fail clock.skew:Redis',
    'fail clock.skew:the KMS',
    'fail kms.mayNot:alerting',
    'fail log.name',
    'fail log.retention',
    `fail machine.disk:${process.cwd()}`,
    'fail redis.policy',
    `fail topics.settings:${streams.alerts.topic}`,
    `fail topics.settings:${streams.held.topic}`,
    `fail topics.settings:${streams.received.topic}`,
    'warn redis.persistence',
  ]);
  const says = (id: string, what: RegExp, mend: RegExp): void => {
    assert.match(found.get(id)?.what ?? '', what);
    assert.match(found.get(id)?.mend ?? '', mend);
  };
  says(
    `topics.settings:${streams.received.topic}`,
    /retention\.ms is 86400000/,
    /--add-config retention\.ms=3888000000$/,
  );
  says(`topics.settings:${streams.held.topic}`, /compression\.type is lz4/, /compression\.type=uncompressed/);
  says(
    'kms.mayNot:alerting',
    /can also open received/,
    new RegExp(`kms:Decrypt on ${arns[alias('received')]}`),
  );
  says('redis.policy', /allkeys-lru/, /maxmemory-policy noeviction/);
  says('clock.skew:Redis', /60\.\d s ahead of Redis/, /time server/);
  says('broker.version', /4\.1 or later/, /^$/);
});

test('the environment of one role is examined by itself, and what is out of reach fails alone', async () => {
  const config = configOf('detection', {
    REDIS_URL: `redis://127.0.0.1:${deadPort}`,
    SMTP_URL: `smtp://127.0.0.1:${deadPort}`,
  });
  const checks = await runDoctor(
    { home: undefined, roles: new Map([['detection', config]]) },
    { nowMs: Date.now, freeBytesOf: async () => 1e12, accounts: undefined },
  );
  const status = new Map(checks.map((check) => [check.id, check.status]));
  assert.equal(status.get('redis.reachable'), 'fail');
  assert.equal(status.get('mail.relay'), 'fail');
  assert.equal(status.get('kms.may:detection'), 'ok');
  assert.equal(status.get('kms.mayNot:detection'), 'ok');
  assert.equal(status.get('clock.skew:the KMS'), 'ok');
  assert.equal(status.get('webhook.reachable'), 'skipped');
});

test('no secret and no key stands in what is found', async () => {
  const checks = await runDoctor(everyRole(), {
    nowMs: Date.now,
    freeBytesOf: async () => 1e12,
    accounts: undefined,
  });
  assert.doesNotMatch(JSON.stringify(checks), /secret-of-/);
});
