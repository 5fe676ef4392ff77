import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { resolveHome } from '../home.ts';
import { LocalError } from '../local-error.ts';
import { pickFreePort } from '../process/free-port.ts';
import { isRunning } from '../process/process-identity.ts';
import { ensureSecretFile } from './ensure-secret-file.ts';
import { choosePorts } from './choose-ports.ts';
import { checkHome, preflight } from './preflight.ts';
import { readRoleEnvironment } from './role-files.ts';
import { startStack } from './start-stack.ts';

const libraryHome = resolveHome(process.env);

function quiet(): void {
  // Progress is for people.
}

test('a port in use is named together with its part and the variable that changes it', async (context) => {
  const port = await pickFreePort();
  const occupant = createServer().listen(port, '127.0.0.1');
  context.after(() => occupant.close());
  await once(occupant, 'listening');
  const home = makeTempFolder('stack');
  const env = { WEIR_PORT_BASE: '0', WEIR_PORT_REDIS: String(port) };
  await assert.rejects(startStack({ home, libraryHome, env, onProgress: quiet }), (error) => {
    assert.ok(error instanceof LocalError);
    assert.equal(
      error.message,
      `Port ${port} for Redis is in use: stop what listens there, or set WEIR_PORT_REDIS to a free port.`,
    );
    return true;
  });
  // Nothing keeps the home: the same start fails for the same reason.
  await assert.rejects(startStack({ home, libraryHome, env, onProgress: quiet }), { code: 'port_in_use' });
});

test('a part that the user brings is not started, and workers are told of it', async (context) => {
  const home = makeTempFolder('stack');
  const env = {
    WEIR_PORT_BASE: '0',
    KAFKA_BROKERS: 'kafka.example:9092',
    KAFKA_SASL_MECHANISM: 'plain',
    REDIS_URL: 'redis://:hunter2@redis.example',
  };
  const stack = await startStack({ home, libraryHome, env, onProgress: quiet, workers: false });
  context.after(stack.stop);
  const running = stack.state().processes;
  assert.deepEqual(
    running.map(({ name }) => name),
    ['kms', 'inbox'],
  );
  assert.equal(readRoleEnvironment(home, 'detection')['REDIS_URL'], env.REDIS_URL);
  assert.equal(readRoleEnvironment(home, 'ops')['KAFKA_SASL_MECHANISM'], 'plain');
  assert.doesNotMatch(readFileSync(join(home, 'run', 'state.json'), 'utf8'), /hunter2/);
  assert.equal(readRoleEnvironment(home, 'ingest')['KAFKA_BROKERS'], 'kafka.example:9092');
  const keysFile = readRoleEnvironment(home, 'downstream')['KMS_KEYS_FILE'] ?? '';
  const keys = JSON.parse(readFileSync(keysFile, 'utf8')) as Record<string, string[]>;
  assert.deepEqual(Object.keys(keys), ['cleared']);
  assert.match(keys['cleared']?.[0] ?? '', /^arn:aws:kms:eu-central-1:\d{12}:key\//);
  for (const name of [
    'callers.json',
    'index.key',
    'routing.key',
    'ingest.env.json',
    'ops.kms-keys.json',
    'kms-keys.json',
  ]) {
    assert.equal(statSync(join(home, 'keys', name)).mode & 0o777, 0o600, name);
  }
  await stack.stop();
  assert.deepEqual(running.filter(isRunning), []);
});

test('keys and credentials made at the first start are the same at the next', async () => {
  const home = makeTempFolder('stack');
  const env = {
    WEIR_PORT_BASE: '0',
    KAFKA_BROKERS: 'kafka.example:9092',
    REDIS_URL: 'redis://redis.example',
  };
  const secrets = async () => {
    const stack = await startStack({ home, libraryHome, env, onProgress: quiet, workers: false });
    await stack.stop();
    const { KMS_KEYS_FILE = '', AWS_SECRET_ACCESS_KEY } = readRoleEnvironment(home, 'ingest');
    return [
      readFileSync(KMS_KEYS_FILE, 'utf8'),
      AWS_SECRET_ACCESS_KEY,
      readFileSync(join(home, 'keys', 'index.key'), 'utf8'),
    ];
  };
  assert.deepEqual(await secrets(), await secrets());
});

test('a secret file holds 32 bytes and is never replaced', () => {
  const home = makeTempFolder('stack');
  const path = ensureSecretFile(home, 'index.key');
  const first = readFileSync(path, 'utf8');
  assert.equal(Buffer.from(first.trim(), 'base64').length, 32);
  assert.equal(readFileSync(ensureSecretFile(home, 'index.key'), 'utf8'), first);
});

/** A PATH on which `java` prints this version, and nothing else is found. */
function pathWithJava(version: string | undefined): string {
  const folder = makeTempFolder('path');
  if (version !== undefined) {
    writeFileSync(join(folder, 'java'), `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`, {
      mode: 0o700,
    });
  }
  return folder;
}

test('a Java that is missing or too old, and a missing Maven, are each said in one sentence', async (context) => {
  const { PATH = '' } = process.env;
  context.after(() => {
    process.env['PATH'] = PATH;
  });
  const ports = await choosePorts({ WEIR_PORT_BASE: '0' });
  const problems = async (version: string | undefined) => {
    process.env['PATH'] = pathWithJava(version);
    const found = await preflight({ libraryHome: makeTempFolder('empty'), ports, used: ['kafka'] });
    return found.map(({ code, message }) => [code, message.split(':')[0]]);
  };
  const noMaven = ['maven_missing', 'Maven (mvn) was not found on the PATH'];
  assert.deepEqual(await problems(undefined), [['java_missing', 'Java was not found on the PATH'], noMaven]);
  assert.deepEqual(await problems('11.0.2'), [
    ['java_too_old', 'The Java on the PATH is version 11, and Kafka needs 17'],
    noMaven,
  ]);
  assert.deepEqual(await problems('21.0.1'), [noMaven]);
});

test('a home that cannot be a folder is refused with the variable that changes it', () => {
  const folder = makeTempFolder('stack');
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'sound'));
  assert.throws(() => checkHome(join(folder, 'file', 'home')), /cannot be written to: .* WEIR_HOME/);
  checkHome(join(folder, 'sound'));
});
