import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { artefactBodies, type Ruleset } from '@weir/rules';
import fc from 'fast-check';
import { readRulebook } from './read-rulebook.ts';
import { writeRulebook } from './write-rulebook.ts';

const shipped = readFileSync(new URL('../defaults/starter.yaml', import.meta.url), 'utf8');

function rulesetIn(text: string): Ruleset {
  const read = readRulebook(text);
  assert.ok(read.ok, JSON.stringify(read));
  return read.ruleset;
}

test('every ruleset that comes with Weir is read as it was written', () => {
  const bodies = artefactBodies.flatMap((artefact) => (artefact.kind === 'ruleset' ? [artefact.body] : []));
  for (const body of [...bodies, rulesetIn(shipped)])
    assert.equal(JSON.stringify(rulesetIn(writeRulebook(body))), JSON.stringify(body));
});

test('words of all kinds come back as they were', () => {
  const words = fc.oneof(
    fc.string({ minLength: 1, maxLength: 300 }),
    fc.constantFrom(
      'no',
      '1',
      'null',
      ' a',
      'a: b',
      '# a',
      '- a',
      'a\n\n b\n',
      '"',
      "it's",
      '{a}',
      '*a',
      '&a',
      '!a',
      '0x1',
      'a\tb',
    ),
  );
  fc.assert(
    fc.property(words, (description) => {
      const body = { ...rulesetIn(shipped), description };
      assert.equal(rulesetIn(writeRulebook(body)).description, description);
    }),
    { numRuns: 50 },
  );
});

test('what two rules share is written out for each', () => {
  const body = rulesetIn(shipped);
  const scope = { currencies: ['EUR', 'CHF'] };
  const shared = { ...body, rules: body.rules.map((rule) => ({ ...rule, scope })) };
  assert.deepEqual(rulesetIn(writeRulebook(shared)).rules[1]?.scope, scope);
});

test('short transactions of tests stand in one line, rules in lines of their own', () => {
  const text = writeRulebook(rulesetIn(shipped));
  assert.match(
    text,
    /^ {6}- \{ at: -2h, amount: "9800\.00", creditDebitIndicator: CRDT, channel: branch \}$/m,
  );
  assert.match(text, /^ {2}- id: velocity_burst$/m);
  assert.match(text, /^\nrules:$/m);
});
