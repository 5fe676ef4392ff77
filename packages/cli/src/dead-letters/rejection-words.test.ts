import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rejectionCodes } from '@weir/contracts';
import { repositoryRoot } from '@weir/local';
import { rejectionWords } from './rejection-words.ts';

test('every code has its words, and they are those of the reference', () => {
  assert.deepEqual(Object.keys(rejectionWords), [...rejectionCodes]);
  const reference = readFileSync(join(repositoryRoot, 'docs/reference/errors.md'), 'utf8');
  for (const [code, words] of Object.entries(rejectionWords)) {
    const [line] = reference
      .split('\n')
      .filter((one) => /^\| `\w+` \| (yes|no) \|/.test(one) && one.includes(`\`${code}\``));
    assert.ok(line?.includes(`| ${words} |`), `${code}: ${line ?? 'is not there'}`);
  }
});
