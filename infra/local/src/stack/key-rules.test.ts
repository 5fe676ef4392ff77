import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyAlias, keyRules, signingAliases } from './callers.ts';
import type { CallerName } from './callers.ts';

const may = (name: CallerName, operation: string): string[] =>
  keyRules(name)
    .filter((rule) => rule.operations.includes(operation))
    .flatMap((rule) => rule.keys)
    .toSorted();
const below = (names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}/*`]).toSorted();
const aliases = (...classes: Parameters<typeof keyAlias>[0][]): string[] => classes.map(keyAlias).toSorted();

/** The table of the threat model, word for word. */
const granted: readonly [CallerName, seals: string[], opens: string[]][] = [
  [
    'ingest',
    aliases('received', 'rejected', 'artefacts', 'outcomes', 'lists', 'intake'),
    aliases('received', 'artefacts', 'journal', 'models', 'lists'),
  ],
  [
    'detection',
    aliases('cleared', 'held', 'rejected', 'journal', 'intake'),
    aliases('received', 'held', 'journal', 'releases', 'artefacts', 'models', 'lists'),
  ],
  [
    'alerting',
    aliases('alerts', 'rejected', 'releases', 'outcomes', 'intake'),
    aliases('held', 'rejected', 'alerts'),
  ],
  ['learner', aliases('models', 'intake'), aliases('journal', 'outcomes', 'models')],
  ['notary', aliases('intake', 'audit'), aliases('intake', 'audit')],
  [
    'replay',
    aliases('intake', 'replay'),
    aliases(
      'received',
      'cleared',
      'held',
      'rejected',
      'journal',
      'releases',
      'artefacts',
      'models',
      'lists',
      'replay',
    ),
  ],
  [
    'ops',
    aliases('intake'),
    aliases(
      'received',
      'cleared',
      'held',
      'rejected',
      'alerts',
      'journal',
      'releases',
      'artefacts',
      'outcomes',
      'models',
      'lists',
      'audit',
    ),
  ],
  ['downstream', [], aliases('cleared')],
];

const signs: Readonly<Partial<Record<CallerName, ReturnType<typeof keyRules>>>> = {
  notary: [{ operations: ['Sign', 'GetPublicKey'], keys: [signingAliases.audit] }],
  replay: [{ operations: ['Sign', 'GetPublicKey'], keys: [signingAliases.replay] }],
  ops: [{ operations: ['GetPublicKey'], keys: [signingAliases.audit, signingAliases.replay] }],
};
const sealing: readonly string[] = ['GenerateDataKey', 'Decrypt'];

for (const [name, seals, opens] of granted) {
  test(`${name} may seal and open what the threat model says and nothing else`, () => {
    // With a former key, too: between the move of the alias and the signal a worker still seals with that.
    assert.deepEqual(may(name, 'GenerateDataKey'), below(seals));
    assert.deepEqual(may(name, 'Decrypt'), below(opens));
    const others = keyRules(name).filter(
      ({ operations }) => !operations.every((one) => sealing.includes(one)),
    );
    assert.deepEqual(others, signs[name] ?? []);
  });
}

test('who makes the keys can neither seal nor open nor sign', () => {
  assert.deepEqual(may('admin', 'Sign'), []);
  assert.deepEqual(may('admin', 'GenerateDataKey'), []);
  assert.deepEqual(may('admin', 'Decrypt'), []);
});

test('nobody but detection can seal a verdict or the journal', () => {
  for (const [name, seals] of granted) {
    if (name === 'detection') continue;
    for (const alias of aliases('cleared', 'held', 'journal')) assert.ok(!seals.includes(alias));
  }
});

test('nobody but replay can seal or open what it found, and it can open neither alerts, outcomes nor the trail', () => {
  for (const [name, seals, opens] of granted) {
    if (name !== 'replay') assert.ok(![...seals, ...opens].includes(keyAlias('replay')), name);
  }
  for (const keyClass of ['alerts', 'outcomes', 'intake', 'audit'] as const)
    assert.ok(!may('replay', 'Decrypt').includes(keyAlias(keyClass)), keyClass);
  assert.deepEqual(may('replay', 'GenerateDataKey'), below(aliases('intake', 'replay')));
});
