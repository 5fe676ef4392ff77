import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readRulebook } from './read-rulebook.ts';

test('what the description of the language shows is read as it stands', () => {
  const readme = readFileSync(new URL('../../rules/README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  assert.ok(examples.length > 0);
  for (const example of examples) {
    const read = readRulebook(`ref: payments@1\nholdAt: 0.5\n${example}`);
    assert.ok(read.ok, JSON.stringify(read));
  }
});
