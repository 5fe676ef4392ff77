import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tokenDigest, tokenText, type AccessToken } from '@weir/contracts';
import { authenticate } from './authenticate.ts';
import { openTokenBook } from './token-book.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-tokens-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
};

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
  const book = openTokenBook(path, 'TOKENS', () => nowMs);
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
  assert.throws(() => openTokenBook(file('open.json', '{}', 0o644), 'TOKENS', () => 0), /TOKENS: others may/);
});

test('a token is good until the very instant it ends, and what is presented is told apart without being repeated', () => {
  const path = file('known.json', JSON.stringify({ version: 1, tokens: [known] }));
  const book = openTokenBook(path, 'TOKENS', () => 0);
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
