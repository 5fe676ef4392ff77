import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { z } from 'zod';
import {
  bytes,
  checkKafkaFields,
  checkKmsFields,
  count,
  durationMs,
  json,
  kafkaFields,
  kmsFields,
  kmsKeysOf,
  loadConfig,
  port,
  readKmsKeysFile,
  redactConfig,
  redisUrl,
  secretFile,
  secretText,
  url,
  urlList,
  workerFields,
} from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-config-'));
after(() => rmSync(folder, { recursive: true }));

function fileHolding(content: string | Uint8Array): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.txt`);
  writeFileSync(path, content);
  return path;
}

/** The message loadConfig fails with. */
function problemOf(schema: z.ZodObject, env: Record<string, string>, secrets: string[] = []): string {
  try {
    loadConfig(schema, env, { secrets });
  } catch (error) {
    assert.ok(error instanceof WeirError);
    assert.equal(error.code, 'config_invalid');
    return error.message;
  }
  return assert.fail('the configuration was taken');
}

test('values are parsed, defaults filled in, and strangers ignored', () => {
  const schema = z.object({
    ...workerFields,
    BATCH_LINGER_MS: durationMs(30),
    REPLY_MAX_BYTES: bytes(4_194_304),
    BATCH_MAX_RECORDS: count(500),
    RELAY_URLS: urlList(['smtp']),
  });
  const env = {
    HTTP_PORT: '0',
    BATCH_LINGER_MS: '50',
    RELAY_URLS: 'smtp://a:25, smtp://b:25',
    HOME: '/root',
  };
  assert.deepEqual(
    { ...loadConfig(schema, env, { secrets: [] }) },
    {
      WEIR_ENVIRONMENT: 'local',
      LOG_LEVEL: 'info',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      SHUTDOWN_TIMEOUT_MS: 10_000,
      BATCH_LINGER_MS: 50,
      REPLY_MAX_BYTES: 4_194_304,
      BATCH_MAX_RECORDS: 500,
      RELAY_URLS: ['smtp://a:25', 'smtp://b:25'],
    },
  );
});

test('an empty variable counts as unset', () => {
  const schema = z.object({ NAME: z.string(), LINGER_MS: durationMs(30), NOTE: z.string().optional() });
  assert.match(problemOf(schema, { NAME: '' }), /NAME: is not set; expected text/);
  assert.deepEqual(
    { ...loadConfig(schema, { NAME: 'a', LINGER_MS: '', NOTE: '' }, { secrets: [] }) },
    { NAME: 'a', LINGER_MS: 30 },
  );
});

test('all problems are named at once, with what is expected', () => {
  const message = problemOf(
    z.object({ ...workerFields, LINGER_MS: durationMs(30, { maxMs: 1_000 }), A: port() }),
    {
      LINGER_MS: '1001',
      HTTP_PORT: '70000',
      LOG_LEVEL: 'loud',
    },
  );
  assert.match(message, /LINGER_MS: expected whole milliseconds, 0 to 1000/);
  assert.match(message, /HTTP_PORT: expected port, 0 to 65535/);
  assert.match(message, /LOG_LEVEL: .*"fatal"/);
  assert.match(message, /A: is not set; expected port/);
});

for (const text of ['-1', '1.5', '1e3', '0x10', ' 7', '7ms', '99999999999999999', 'NaN']) {
  test(`"${text}" is no whole number`, () => {
    assert.match(
      problemOf(z.object({ LINGER_MS: durationMs(30) }), { LINGER_MS: text }),
      /LINGER_MS: expected/,
    );
  });
}

test('a default outside its own bounds is a bug', () => {
  assert.throws(() => durationMs(5, { minMs: 10 }), RangeError);
});

test('a variable has to be in ENV_CASE with its unit last', () => {
  const load = (schema: z.ZodObject) => () => loadConfig(schema, {}, { secrets: [] });
  assert.throws(load(z.object({ lingerMs: durationMs(30) })), TypeError);
  assert.throws(load(z.object({ BATCH_LINGER: durationMs(30) })), TypeError);
  assert.throws(load(z.object({ REPLY_MAX: bytes(30) })), TypeError);
  assert.throws(load(z.object({ INDEX_KEY: secretFile() })), TypeError);
});

test('a secret never appears in a problem, even where a schema quotes it', () => {
  const secret = 'correct-horse';
  const schema = z.object({
    PASSWORD: z.string().refine(() => false, { error: (issue) => `${String(issue.input)} is weak` }),
    TOKEN: z.string().regex(/^\d+$/),
    OTHER: json(z.object({ inner: z.string().max(3) })),
  });
  const env = { PASSWORD: secret, TOKEN: secret, OTHER: `{"inner":"${secret}"}` };
  const message = problemOf(schema, env, ['PASSWORD', 'TOKEN', 'OTHER']);
  for (const variable of Object.keys(env)) assert.match(message, new RegExp(`${variable}: `));
  assert.doesNotMatch(message, /horse/);
});

test('JSON that is not well-formed is not quoted', () => {
  const message = problemOf(z.object({ KEYS: json(z.record(z.string(), z.string())) }), {
    KEYS: '{"iban":"DE89',
  });
  assert.match(message, /KEYS: expected JSON; this is not well-formed JSON/);
  assert.doesNotMatch(message, /DE89/);
});

test('a secret that is not in the schema is a bug', () => {
  assert.throws(() => loadConfig(z.object({}), {}, { secrets: ['TYPO' as never] }), TypeError);
});

test('a URL needs one of its schemes and a host', () => {
  const schema = z.object({ REDIS_URL: url(['redis', 'rediss']) });
  for (const text of ['http://a', 'redis:a', 'redis://', 'localhost:6379']) {
    assert.match(problemOf(schema, { REDIS_URL: text }), /REDIS_URL: expected URL \(redis, rediss\)/);
  }
  assert.equal(
    loadConfig(schema, { REDIS_URL: 'rediss://u:p@h:1/0' }, { secrets: [] }).REDIS_URL,
    'rediss://u:p@h:1/0',
  );
});

test('a Redis is one server or some nodes of one cluster', () => {
  const schema = z.object({ REDIS_URL: redisUrl() });
  for (const text of [
    'redis://u:p@h:1/0',
    'rediss://h',
    'redis+cluster://h:1',
    'rediss+cluster://u:p@h:1,rediss+cluster://g:2',
  ]) {
    assert.equal(loadConfig(schema, { REDIS_URL: text }, { secrets: [] }).REDIS_URL, text);
  }
  for (const text of [
    'http://a',
    'redis://',
    'localhost:6379',
    'redis+cluster://',
    'redis://a,redis://b',
    'redis+cluster://a,redis://b',
    'redis+cluster://a,rediss+cluster://b',
    'redis+cluster://a,',
  ]) {
    assert.match(problemOf(schema, { REDIS_URL: text }), /REDIS_URL: expected URL \(redis, rediss\), or/);
  }
});

test('a secret file is read without its last newline', () => {
  const schema = z.object({ INDEX_KEY_FILE: secretFile() });
  const config = loadConfig(schema, { INDEX_KEY_FILE: fileHolding('c2VjcmV0\n') }, { secrets: [] });
  assert.equal(config.INDEX_KEY_FILE, 'c2VjcmV0');
  assert.deepEqual(redactConfig(config), { INDEX_KEY_FILE: '[set]' });
});

test('a secret file that is missing, empty, a folder, too large or binary is refused', () => {
  const schema = z.object({ INDEX_KEY_FILE: secretFile() });
  const refusals: [path: string, reason: RegExp][] = [
    [join(folder, 'none'), /ENOENT/],
    [fileHolding('\n'), /something in it/],
    [folder, /is not one/],
    [fileHolding('x'.repeat(1_048_577)), /at most 1048576 bytes/],
    [fileHolding(Uint8Array.of(0xff, 0xfe)), /ERR_ENCODING_INVALID_ENCODED_DATA/],
  ];
  for (const [path, reason] of refusals) assert.match(problemOf(schema, { INDEX_KEY_FILE: path }), reason);
});

const kafka = z.object({ ...kafkaFields }).check(checkKafkaFields);

test('Kafka settings come whole or not at all, and say so beside other problems', () => {
  const message = problemOf(kafka, {
    KAFKA_BROKERS: 'localhost',
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_TLS_CERT_FILE: fileHolding('certificate'),
  });
  assert.match(message, /KAFKA_BROKERS: expected comma-separated host:port/);
  assert.match(message, /KAFKA_SASL_USERNAME: is needed where KAFKA_SASL_MECHANISM is set/);
  assert.match(message, /KAFKA_SASL_PASSWORD: is needed where KAFKA_SASL_MECHANISM is set/);
  assert.match(message, /KAFKA_TLS_KEY_FILE: is needed where KAFKA_TLS_CERT_FILE is set/);
  assert.match(message, /KAFKA_TLS_CA_FILE: .*in clear/);
});

test('Kafka with TLS and SASL is taken, its password and key are secret', () => {
  const env = {
    KAFKA_BROKERS: 'a:9093,[::1]:9093',
    KAFKA_TLS_CA_FILE: fileHolding('authorities'),
    KAFKA_TLS_CERT_FILE: fileHolding('certificate'),
    KAFKA_TLS_KEY_FILE: fileHolding('private key'),
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'weir',
    KAFKA_SASL_PASSWORD: 'hunter2',
  };
  const config = loadConfig(kafka, env, { secrets: [] });
  assert.deepEqual(config.KAFKA_BROKERS, ['a:9093', '[::1]:9093']);
  assert.equal(config.KAFKA_TLS_KEY_FILE, 'private key');
  assert.doesNotMatch(JSON.stringify(redactConfig(config)), /hunter2|private key/);
});

const kms = z.object({ ...kmsFields }).check(checkKmsFields);
const arn = 'arn:aws:kms:eu-central-1:000000000000:key/1f0c8b7e-0000-4000-8000-000000000000';

test('KMS keys are full ARNs by stream', () => {
  const env = { AWS_REGION: 'eu-central-1', KMS_KEYS: JSON.stringify({ received: [arn] }) };
  assert.deepEqual(loadConfig(kms, env, { secrets: [] }).KMS_KEYS, { received: [arn] });
  const wrong: [keys: unknown, problem: RegExp][] = [
    [{}, /KMS_KEYS: expected at least one stream/],
    [{ recieved: [arn] }, /KMS_KEYS/],
    [{ received: [] }, /KMS_KEYS\.received: expected at least one key ARN/],
    [{ received: ['alias/weir'] }, /KMS_KEYS\.received\.0: expected the ARN/],
    [{ received: Array.from({ length: 17 }, () => arn) }, /at most 16/],
  ];
  for (const [keys, problem] of wrong) {
    assert.match(problemOf(kms, { ...env, KMS_KEYS: JSON.stringify(keys) }), problem);
  }
});

test('KMS keys may stand in a file, which is read again under its path', () => {
  const path = join(folder, 'kms-keys.json');
  const env = { AWS_REGION: 'eu-central-1', KMS_KEYS_FILE: path };
  writeFileSync(path, JSON.stringify({ received: [arn] }));
  const config = loadConfig(kms, env, { secrets: [] });
  assert.deepEqual(kmsKeysOf(config), { received: [arn] });
  writeFileSync(path, JSON.stringify({ received: [arn], held: [arn] }));
  assert.deepEqual(readKmsKeysFile(path), { received: [arn], held: [arn] });
  for (const [text, problem] of [
    ['{"received":["alias/weir"]}', /received: 0: expected the ARN/],
    ['{"received":', /not well-formed JSON/],
    ['', /with something in it/],
  ] as const) {
    writeFileSync(path, text);
    assert.throws(() => readKmsKeysFile(path), { code: 'config_invalid', message: problem });
    assert.match(problemOf(kms, env), /KMS_KEYS_FILE/);
  }
  rmSync(path);
  assert.match(problemOf(kms, env), /KMS_KEYS_FILE: the file can't be read \(ENOENT\)/);
});

test('KMS keys are given in one way', () => {
  const path = join(folder, 'kms-keys.json');
  writeFileSync(path, JSON.stringify({ received: [arn] }));
  const region = { AWS_REGION: 'eu-central-1' };
  const both = { ...region, KMS_KEYS: JSON.stringify({ received: [arn] }), KMS_KEYS_FILE: path };
  for (const env of [region, both]) assert.match(problemOf(kms, env), /KMS_KEYS: is needed where/);
});

test('plain http to a KMS never leaves the machine', () => {
  const env = { AWS_REGION: 'eu-central-1', KMS_KEYS: JSON.stringify({ received: [arn] }) };
  for (const endpoint of [
    'http://127.0.0.1:4599',
    'http://localhost:1',
    'http://[::1]:1',
    'https://kms.example',
  ]) {
    assert.equal(loadConfig(kms, { ...env, KMS_ENDPOINT: endpoint }, { secrets: [] }).KMS_ENDPOINT, endpoint);
  }
  assert.match(
    problemOf(kms, { ...env, KMS_ENDPOINT: 'http://kms.example' }),
    /KMS_ENDPOINT: expected https/,
  );
});

test('AWS credentials come in pairs', () => {
  const env = { AWS_REGION: 'eu-central-1', KMS_KEYS: JSON.stringify({ received: [arn] }) };
  const message = problemOf(kms, { ...env, AWS_ACCESS_KEY_ID: 'AKIA' });
  assert.match(message, /AWS_SECRET_ACCESS_KEY: is needed where AWS_ACCESS_KEY_ID is set/);
});

test('what is printed of a configuration has no secret, no userinfo and no query', () => {
  const schema = z.object({
    REDIS_URL: url(['redis']),
    NODE_URLS: urlList(['redis']),
    DATABASE_URL: z.string(),
    TOKEN: z.string(),
    PASSWORD: secretText().optional().describe('A secret stays one under its wrappers.'),
    OTHER: secretText().optional(),
    DEEP: json(z.object({ url: z.string(), size: z.number() })),
  });
  const env = {
    REDIS_URL: 'redis://u:pw1@h:6379/0?password=pw2#pw3',
    NODE_URLS: 'redis://:pw4@a,redis://b',
    DATABASE_URL: 'postgres://u:pw5@h1:1,h2:2/db',
    TOKEN: 'pw6',
    PASSWORD: 'pw7',
    DEEP: '{"url":"amqp://u:pw8@h,amqp://u:pw9@h","size":3}',
  };
  assert.deepEqual(redactConfig(loadConfig(schema, env, { secrets: ['TOKEN'] })), {
    REDIS_URL: 'redis://h:6379/0',
    NODE_URLS: ['redis://a', 'redis://b'],
    DATABASE_URL: '[URL not shown]',
    TOKEN: '[set]',
    PASSWORD: '[set]',
    DEEP: { url: '[URL not shown]', size: 3 },
  });
});

test('the text of a file is printed as its digest: one certificate is told from another on one line', () => {
  const config = loadConfig(z.object({ CA: z.string() }), { CA: 'BEGIN\nabc\nEND\n' }, { secrets: [] });
  assert.deepEqual(redactConfig(config), {
    CA: '[SHA-256 adfc59eae3061756bb4624cbeac2d32e5499664edd32d7fc47a0fb8c63262353]',
  });
});

test('a copy of a configuration is not printed, because its secrets are not known', () => {
  const config = loadConfig(z.object({ TOKEN: z.string() }), { TOKEN: 'a' }, { secrets: ['TOKEN'] });
  assert.throws(() => redactConfig({ ...config }), TypeError);
});
