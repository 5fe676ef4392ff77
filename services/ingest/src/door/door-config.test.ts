import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tokenDigest, tokenText, type AccessToken } from '@weir/contracts';
import { loadConfig } from '@weir/runtime';
import { ingestConfig } from '../config.ts';
import { doorSettingsOf } from './door-settings.ts';
import { authenticate } from './tokens/authenticate.ts';
import { openTokenBook } from './tokens/token-book.ts';

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

const text = tokenText(new Uint8Array(32).fill(5));
const known: AccessToken = {
  name: 'bank',
  tenant: 'bank',
  source: 'http',
  scopes: ['transactions:write'],
  sha256: tokenDigest(text).toString('hex'),
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-02-01T00:00:00.000Z',
  certificateSubject: null,
};

test('a tokens file that is broken lets nobody in until it is mended, and one that others read is refused', () => {
  let nowMs = 0;
  const path = join(folder, 'changing.json');
  const book = openTokenBook(path, () => nowMs);
  const change = (content: string): void => {
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode: 0o600 });
    nowMs += 1_000;
  };
  assert.equal(book.find(text), undefined);
  change(JSON.stringify({ version: 1, tokens: [known] }));
  assert.equal(book.find(text)?.name, 'bank');
  change('{"version": 1, "tokens": [');
  assert.equal(book.find(text), undefined);
  assert.equal(book.isReadable(), false);
  change(JSON.stringify({ version: 1, tokens: [known] }));
  assert.equal(book.isReadable(), true);
  chmodSync(path, 0o620);
  nowMs += 1_000;
  assert.equal(book.find(text), undefined);
  assert.throws(() => openTokenBook(file('open.json', '{}', 0o644), () => 0), /others may read it/);
});

test('a token is good until the very instant it ends, and what is presented is told apart without being repeated', () => {
  const path = file('known.json', JSON.stringify({ version: 1, tokens: [known] }));
  const book = openTokenBook(path, () => 0);
  const endsMs = Date.parse('2026-02-01T00:00:00.000Z');
  const as = (authorization: string | undefined, nowMs = endsMs - 1) =>
    authenticate(book, { authorization, certificate: undefined }, nowMs);
  assert.equal(as(`Bearer ${text}`).ok, true);
  assert.equal(as(`bearer ${text}`).ok, true);
  const ended = as(`Bearer ${text}`, endsMs);
  assert.deepEqual(ended, { ok: false, problem: 'token_refused', why: 'expired', tokenName: 'bank' });
  for (const wrong of ['', 'Bearer', `Basic ${text}`, `Bearer ${text} x`, `Bearer ${'a'.repeat(5_000)}`]) {
    assert.deepEqual(as(wrong), { ok: false, problem: 'token_refused', why: 'malformed' });
  }
  assert.deepEqual(as(`Bearer ${text.slice(0, -1)}`), {
    ok: false,
    problem: 'token_refused',
    why: 'unknown',
  });
});
