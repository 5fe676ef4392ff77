import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { writePrivateFile } from '../write-private-file.ts';
import { isSecured } from './is-secured.ts';

const home = (...folders: readonly string[]): string => {
  const made = makeTempFolder('secured');
  for (const folder of folders) mkdirSync(join(made, folder));
  return made;
};

test('a stack is secured where it is asked for, and not elsewhere', () => {
  assert.equal(isSecured({ home: home(), env: { WEIR_SECURE: '1' } }), true);
  assert.equal(isSecured({ home: home(), env: { WEIR_SECURE: '' } }), false);
});

test('a stack that was secured is not started again without', () => {
  const secured = home('kafka', 'keys');
  writePrivateFile(join(secured, 'keys/passwords.json'), '{}');
  assert.equal(isSecured({ home: secured, env: {} }), true);
});

test('a stack that was made without is not secured later', () => {
  const plain = home('kafka');
  assert.throws(() => isSecured({ home: plain, env: { WEIR_SECURE: '1' } }), { code: 'home_unusable' });
  assert.equal(isSecured({ home: plain, env: {} }), false);
});
