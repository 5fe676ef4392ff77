import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { ingestConfig } from '../config.ts';
import { doorSettingsOf } from './door-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-door-config-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
};

const arn = 'arn:aws:kms:eu-central-1:000000000000:key/11111111-2222-3333-4444-555555555555';
const key = file('key', Buffer.alloc(32, 1).toString('base64'));
const door = {
  MODE: 'serve',
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: JSON.stringify(
    Object.fromEntries(
      ['received', 'rejected', 'decisions', 'artefacts', 'lists', 'models', 'intake'].map((stream) => [
        stream,
        [arn],
      ]),
    ),
  ),
  HTTP_PORT: '0',
  INDEX_KEY_FILE: key,
  ROUTING_KEY_FILE: key,
  DOOR_PORT: '0',
  DOOR_TOKENS_FILE: join(folder, 'tokens.json'),
};
const load = (more: Record<string, string> = {}) =>
  loadConfig(ingestConfig, { ...door, ...more }, { secrets: [] });

test('a door is plain on loopback alone, and its certificate comes whole', () => {
  assert.equal(doorSettingsOf(load()).tls, undefined);
  assert.throws(() => load({ DOOR_HOST: '0.0.0.0' }), /DOOR_TLS_CERT_FILE: is needed where DOOR_HOST/);
  const DOOR_TLS_CERT_FILE = file('cert', 'cert');
  assert.throws(() => load({ DOOR_TLS_CERT_FILE }), /DOOR_TLS_KEY_FILE: is needed/);
  const DOOR_TLS_CLIENT_CA_FILE = DOOR_TLS_CERT_FILE;
  assert.throws(() => load({ DOOR_TLS_CLIENT_CA_FILE }), /DOOR_TLS_CERT_FILE: is needed/);
  const DOOR_TLS_KEY_FILE = file('cert-key', 'key');
  const { tls, host } = doorSettingsOf(load({ DOOR_HOST: '0.0.0.0', DOOR_TLS_CERT_FILE, DOOR_TLS_KEY_FILE }));
  assert.deepEqual([tls?.cert, tls?.key, host], ['cert', 'key', '0.0.0.0']);
  assert.throws(() => load({ DOOR_PORT: '' }), /DOOR_PORT: is needed in serve mode/);
  assert.throws(() => load({ DOOR_PORT: '70000' }), /DOOR_PORT: expected a port/);
});
