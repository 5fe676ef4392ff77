import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { ensurePrivateFolder } from './home.ts';
import { writePrivateFile } from './write-private-file.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

/** A folder with exactly this mode, whatever the umask. */
function folderWithMode(mode: number): string {
  const folder = join(makeTempFolder('modes'), 'folder');
  mkdirSync(folder);
  chmodSync(folder, mode);
  return folder;
}

test('a folder that stands open to others is closed to them when it is used', () => {
  const folder = folderWithMode(0o755);
  assert.equal(ensurePrivateFolder(folder), folder);
  assert.equal(modeOf(folder), 0o700);
});

test('a folder that is shared on purpose, and what a link leads to, keep their mode', () => {
  const shared = folderWithMode(0o1777);
  ensurePrivateFolder(shared);
  assert.equal(modeOf(shared), 0o1777);

  const target = folderWithMode(0o755);
  const link = join(makeTempFolder('modes'), 'lib');
  symlinkSync(target, link);
  ensurePrivateFolder(link);
  assert.equal(modeOf(target), 0o755);
});

test('a file is private even where a killed writer left a draft that others can read', () => {
  const folder = makeTempFolder('modes');
  const path = join(folder, 'callers.json');
  writeFileSync(`${path}.new`, 'half of');
  chmodSync(`${path}.new`, 0o644);
  writePrivateFile(path, 'whole');
  assert.equal(readFileSync(path, 'utf8'), 'whole');
  assert.equal(modeOf(path), 0o600);
  assert.deepEqual(readdirSync(folder), ['callers.json']);
});
