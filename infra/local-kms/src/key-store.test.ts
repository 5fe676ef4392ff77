import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { withAlias, withNewKey } from './key-ring.ts';
import { openKeyStore } from './key-store.ts';
import { KmsError } from './kms-error.ts';
import { PrivateFileError } from './private-file.ts';

let directory: string;
let keyFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-kms-'));
  keyFile = join(directory, 'deep/keys.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const made = { description: '', region: 'eu-west-1', createdAtMs: 0, spec: 'SYMMETRIC_DEFAULT' } as const;

function addKey(store: ReturnType<typeof openKeyStore>): string {
  const { key, contents } = withNewKey(store.read(0), made);
  store.write(contents);
  return key.keyId;
}

test('a restart finds the keys and aliases that were written', () => {
  const store = openKeyStore(keyFile);
  addKey(store);
  const ring = store.read(0);
  const key = ring.keys[0];
  assert.ok(key);
  store.write(withAlias(ring, 'alias/x', key));
  assert.deepEqual(openKeyStore(keyFile).read(0), store.read(0));
  assert.deepEqual(openKeyStore(keyFile).read(0).aliases, { 'alias/x': key.keyId });
});

test('a file from before there were signing keys and dates of rotations is read as it was meant', () => {
  addKey(openKeyStore(keyFile));
  const text = readFileSync(keyFile, 'utf8');
  const older = text.replace(/^ +"spec": .*\n/m, '').replace(/,\n +"rotatedAtMs": \[\]/, '');
  assert.doesNotMatch(older, /spec|rotatedAtMs/);
  writeFileSync(keyFile, older);
  assert.deepEqual(openKeyStore(keyFile).read(0).keys, (JSON.parse(text) as { keys: unknown }).keys);
});

test('the key file is readable by its owner only, whatever the umask', () => {
  const umask = process.umask(0);
  try {
    addKey(openKeyStore(keyFile));
  } finally {
    process.umask(umask);
  }
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
});

test('a key file that others can reach is refused', () => {
  addKey(openKeyStore(keyFile));
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(keyFile, mode);
    assert.throws(() => openKeyStore(keyFile), PrivateFileError);
  }
});

test('a draft that a killed writer left behind does not stop the next write', () => {
  const store = openKeyStore(keyFile);
  addKey(store);
  writeFileSync(`${keyFile}.tmp`, '{"half of', { mode: 0o666 });
  addKey(store);
  assert.equal(openKeyStore(keyFile).read(0).keys.length, 2);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
});

test('a damaged key file is refused without quoting it', () => {
  addKey(openKeyStore(keyFile));
  const text = readFileSync(keyFile, 'utf8');
  for (const damaged of [text.slice(0, -20), '', '{}', text.replace('local-kms/1', 'local-kms/2')]) {
    writeFileSync(keyFile, damaged);
    assert.throws(
      () => openKeyStore(keyFile),
      (error) => error instanceof PrivateFileError && !/[A-Za-z0-9+/]{20}=/.test(error.message),
    );
  }
});

test('the second of two servers on one file is refused instead of undoing the first', () => {
  const [one, other] = [openKeyStore(keyFile), openKeyStore(keyFile)];
  const keyId = addKey(one);
  assert.throws(
    () => addKey(other),
    (error) => error instanceof KmsError && error.type === 'KMSInternalException',
  );
  assert.deepEqual(
    openKeyStore(keyFile)
      .read(0)
      .keys.map((key) => key.keyId),
    [keyId],
  );
  assert.equal(other.read(0).keys.length, 0);
});
