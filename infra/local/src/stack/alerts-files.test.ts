import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { tokenDigest, tokenFile } from '@weir/contracts';
import { makeTempFolder } from '@weir/testkit';
import { alertsFilesOf, ensureLocalTokens, localTokenFile, localTokens } from './alerts-files.ts';

const knownTo = (home: string) =>
  tokenFile.parse(JSON.parse(readFileSync(alertsFilesOf(home).API_TOKENS_FILE, 'utf8'))).tokens;

test('a laptop gets two tokens, once, of which neither both asks for a release or a replay and approves it', () => {
  const home = makeTempFolder('local-tokens');
  for (let start = 0; start < 2; start += 1) ensureLocalTokens(home, 0);
  const known = knownTo(home);
  assert.deepEqual(
    known.map(({ name }) => name),
    ['local-analyst', 'local-approver'],
  );
  for (const token of ['analyst', 'approver'] as const) {
    const file = localTokenFile(home, token);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const found = known.find(({ name }) => name === localTokens[token].name);
    assert.equal(tokenDigest(readFileSync(file, 'utf8').trim()).toString('hex'), found?.sha256);
    assert.notEqual(found?.scopes.includes('alerts:release'), found?.scopes.includes('alerts:approve'));
    assert.notEqual(found?.scopes.includes('replay:plan'), found?.scopes.includes('replay:approve'));
  }
});

test('a local token of an earlier release gets the scopes of this one, and nobody else who has its name', () => {
  const home = makeTempFolder('local-tokens');
  ensureLocalTokens(home, 0);
  const file = alertsFilesOf(home).API_TOKENS_FILE;
  const asMade = knownTo(home);
  const earlier = asMade.map((one) => ({ ...one, scopes: ['alerts:read'] }));
  writeFileSync(file, JSON.stringify({ version: 1, tokens: earlier }));
  ensureLocalTokens(home, 0);
  assert.deepEqual(knownTo(home), asMade);
  const others = earlier.map((one) => ({ ...one, sha256: '0'.repeat(64) }));
  writeFileSync(file, JSON.stringify({ version: 1, tokens: others }));
  ensureLocalTokens(home, 0);
  assert.deepEqual(knownTo(home), others);
});

test('a local token that was revoked stays revoked, and a file that is no tokens file is left as it is', () => {
  const home = makeTempFolder('local-tokens');
  ensureLocalTokens(home, 0);
  const file = alertsFilesOf(home).API_TOKENS_FILE;
  writeFileSync(file, JSON.stringify({ version: 1, tokens: [] }));
  ensureLocalTokens(home, 0);
  assert.deepEqual(knownTo(home), []);
  rmSync(localTokenFile(home, 'analyst'));
  writeFileSync(file, '{"version":');
  ensureLocalTokens(home, 0);
  assert.equal(readFileSync(file, 'utf8'), '{"version":');
});
