import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resolveRuleset } from '@weir/rules';
import { readRulebook } from './read-rulebook.ts';
import { runRulesetTests } from './tests/run-ruleset-tests.ts';

const read = readRulebook(readFileSync(new URL('../defaults/starter.yaml', import.meta.url)));
assert.ok(read.ok, JSON.stringify(read));
const { ruleset } = read;

test('the rules that come with Weir pass their own tests', () => {
  const failed = runRulesetTests(ruleset).filter(({ ok }) => !ok);
  assert.deepEqual(
    failed.map(({ name, differences }) => [name, differences]),
    [],
  );
});

test('each of them names its typology and its source, and has a test that it fires and one that it does not', () => {
  for (const { id, typology, source } of ruleset.rules) {
    assert.ok(typology !== undefined && source !== undefined, id);
    const tests = ruleset.tests ?? [];
    assert.ok(
      tests.some(({ expect }) => expect.reasons?.includes(id)),
      `${id} fires in no test`,
    );
    assert.ok(
      tests.some(({ expect }) => expect.without?.includes(id)),
      `${id} is quiet in no test`,
    );
  }
});

test('only what is against the law holds; everything else looks on until somebody puts it live', () => {
  const live = ruleset.rules.filter(({ mode }) => mode !== 'shadow').map(({ id }) => id);
  assert.deepEqual(live, ['structuring']);
});

test('a log that was opened by them finds them again, bit by bit', () => {
  assert.equal(JSON.stringify(resolveRuleset(ruleset.ref)), JSON.stringify(ruleset));
  // Logs name it by this digest: whoever wants other content gives it another version.
  assert.equal(
    hash('sha256', JSON.stringify(ruleset)),
    '4c8126eae3be9c94c60c26ea42eea487ae3936d005ed0c45d89db04192b5b5ac',
  );
});
