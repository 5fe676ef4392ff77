import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tokenDigest } from '@weir/contracts';
import { makeToken, withoutToken, withToken, type TokenWish } from './make-token.ts';
import { showTokens } from './show-tokens.ts';
import { changeTokens, readTokens } from './tokens-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-tokens-'));
after(() => rmSync(folder, { recursive: true }));

const nowMs = Date.UTC(2026, 0, 1);
const wish: TokenWish = {
  name: 'bank-a',
  tenant: 'bank-a',
  source: 'core',
  scopes: ['transactions:write'],
  expiresInDays: 30,
  certificatePem: undefined,
};

test('of a token its digest is kept, in a file that only its owner may read', () => {
  const file = join(folder, 'tokens.json');
  const { text, token } = makeToken(wish, new Uint8Array(32).fill(7), nowMs);
  assert.match(text, /^weir_[A-Za-z0-9_-]{43}$/);
  changeTokens(file, (tokens) => withToken(tokens, token));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const [kept] = readTokens(file);
  assert.equal(kept?.sha256, tokenDigest(text).toString('hex'));
  assert.equal(kept?.expiresAt, '2026-01-31T00:00:00.000Z');
  assert.ok(!JSON.stringify(kept).includes(text));
  changeTokens(file, (tokens) => withoutToken(tokens, 'bank-a'));
  assert.deepEqual(readTokens(file), []);
});

test('a name that is taken, one that is no name, an unknown scope and an unknown token are refused', () => {
  const { token } = makeToken(wish, new Uint8Array(32), nowMs);
  assert.throws(() => withToken([token], token), /there is a token named bank-a/);
  assert.throws(() => makeToken({ ...wish, name: 'Bank A' }, new Uint8Array(32), nowMs), /name/);
  assert.throws(() => makeToken({ ...wish, scopes: ['everything'] }, new Uint8Array(32), nowMs), /scopes/);
  assert.throws(() => makeToken({ ...wish, certificatePem: 'no' }, new Uint8Array(32), nowMs), /certificate/);
  assert.throws(() => withoutToken([], 'bank-a'), /no token named/);
});

test('a file that is no tokens file is left as it is, and a change that another command makes is not undone', () => {
  const file = join(folder, 'broken.json');
  writeFileSync(file, '{}');
  assert.throws(() => changeTokens(file, () => []), /is no tokens file/);
  mkdirSync(`${file}.lock`);
  assert.throws(() => changeTokens(file, () => []), /another command/);
});

test('what has expired is shown as that', () => {
  const { token } = makeToken(wish, new Uint8Array(32), nowMs);
  assert.match(showTokens([token], nowMs + 31 * 86_400_000).join('\n'), /EXPIRED/);
  assert.doesNotMatch(showTokens([token], nowMs).join('\n'), /EXPIRED/);
});
