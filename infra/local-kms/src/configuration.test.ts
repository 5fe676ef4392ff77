import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { PrivateFileError } from './private-file.ts';

const ingest = {
  name: 'ingest',
  accessKeyId: 'INGEST',
  secretAccessKey: 'precious-secret',
  allow: [{ operations: ['GenerateDataKey'], keys: ['alias/received'] }],
};

let directory: string;
let environment: Record<string, string>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-kms-'));
  environment = {
    LOCAL_KMS_PORT: '4599',
    LOCAL_KMS_KEY_FILE: join(directory, 'keys.json'),
    LOCAL_KMS_CALLERS_FILE: join(directory, 'callers.json'),
  };
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function writeCallers(text: string): void {
  writeFileSync(environment['LOCAL_KMS_CALLERS_FILE'] ?? '', text, { mode: 0o600 });
}

function refuses(naming: RegExp): void {
  assert.throws(
    () => readConfiguration(environment),
    (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, naming);
      assert.doesNotMatch(error.message, /precious/);
      return true;
    },
  );
}

test('the environment and the callers file make the configuration', () => {
  writeCallers(JSON.stringify([ingest]));
  assert.deepEqual(readConfiguration(environment), {
    host: '127.0.0.1',
    port: 4599,
    tls: undefined,
    keyFile: environment['LOCAL_KMS_KEY_FILE'],
    callers: [ingest],
  });
});

test('it serves other machines by TLS only', () => {
  writeCallers(JSON.stringify([ingest]));
  environment['LOCAL_KMS_HOST'] = '0.0.0.0';
  refuses(/LOCAL_KMS_TLS_CERT_FILE/);
  environment['LOCAL_KMS_TLS_CERT_FILE'] = environment['LOCAL_KMS_CALLERS_FILE'] ?? '';
  refuses(/LOCAL_KMS_TLS_KEY_FILE/);
  environment['LOCAL_KMS_TLS_KEY_FILE'] = environment['LOCAL_KMS_CALLERS_FILE'] ?? '';
  assert.equal(readConfiguration(environment).host, '0.0.0.0');
  environment['LOCAL_KMS_TLS_KEY_FILE'] = '/nowhere/key.pem';
  refuses(/can't be read/);
});

test('a missing, empty or wrong variable is named', () => {
  writeCallers(JSON.stringify([ingest]));
  for (const name of Object.keys(environment)) {
    const right = environment[name] ?? '';
    environment[name] = '';
    refuses(new RegExp(name));
    environment[name] = right;
  }
  for (const port of ['-1', '65536', '80.5', '0x50']) {
    environment['LOCAL_KMS_PORT'] = port;
    refuses(/LOCAL_KMS_PORT/);
  }
});

test('a callers file that is missing or malformed is named, its content is not', () => {
  refuses(/callers\.json is missing/);
  writeCallers('[{"secretAccessKey":"precious');
  refuses(/callers\.json is not JSON/);
  writeCallers(JSON.stringify([{ ...ingest, accessKeyId: '' }]));
  refuses(/0\.accessKeyId/);
  writeCallers(JSON.stringify([ingest, { ...ingest, name: 'detection' }]));
  refuses(/accessKeyId/);
});

test('a policy that names an unknown operation or no alias is refused, not taken for harmless', () => {
  for (const rule of [
    { operations: ['GenerateDataKeys'], keys: ['*'] },
    { operations: ['Decrypt'], keys: ['received'] },
  ]) {
    writeCallers(JSON.stringify([{ ...ingest, allow: [rule] }]));
    refuses(/0\.allow\.0/);
  }
});

test('a callers file that others can reach is refused', () => {
  writeCallers(JSON.stringify([ingest]));
  chmodSync(environment['LOCAL_KMS_CALLERS_FILE'] ?? '', 0o644);
  assert.throws(() => readConfiguration(environment), PrivateFileError);
});
