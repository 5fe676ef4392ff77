import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan } from '@weir/windows';
import { readDocument } from '../../../services/ingest/src/artefacts/rulesets/read-document.ts';
import { createSeededRandom } from '../plan/seeded-random.ts';
import { makeRuleset } from './make-ruleset.ts';
import { keepRulesetBook, nextActs, openRulesetBook } from './plan-acts.ts';
import type { RulesetAct } from './ruleset-acts.ts';

/** So many turns at the desk, where everything comes to what it should. */
function actsOf(seed: string, turns: number): RulesetAct[] {
  const random = createSeededRandom(seed);
  const book = openRulesetBook('starter@2');
  return Array.from({ length: turns }).flatMap(() => {
    const acts = nextActs(book, random);
    for (const act of acts) {
      const artefact = act.kind === 'activate' ? act.ref : book.inForce.at(-1);
      const answer =
        act.kind === 'activateUnapproved'
          ? ({ ok: false, refused: true, why: 'not approved' } as const)
          : ({ ok: true, artefact, sequence: 1 } as const);
      keepRulesetBook(book, act, answer);
    }
    return acts;
  });
}

test('what is made up is a ruleset, and its own tests hold', () => {
  const random = createSeededRandom('rulesets');
  for (let version = 1; version <= 50; version += 1) {
    const { ref } = readDocument(makeRuleset(random, `faults@${version}`), defaultWindowPlan);
    assert.equal(ref, `faults@${version}`);
  }
});

test('the same seed does the same at the desk, and in the end everything there is to do', () => {
  assert.deepEqual(actsOf('a', 30), actsOf('a', 30));
  assert.notDeepEqual(actsOf('a', 30), actsOf('b', 30));
  const kinds = new Set(actsOf('a', 100).map((act) => act.kind));
  assert.equal(kinds.size, 6);
  const stages = actsOf('a', 100).flatMap((act) => (act.kind === 'activate' ? [act.rollout?.stage] : []));
  assert.deepEqual(new Set(stages), new Set([undefined, 'shadow', 'canary']));
});

test('a list is there before the first ruleset that looks at it, and nothing is activated before it was approved', () => {
  const acts = actsOf('c', 100);
  assert.equal(acts[0]?.kind, 'importList');
  const approved = new Set<string>();
  for (const act of acts) {
    if (act.kind === 'approve') approved.add(act.ref);
    if (act.kind === 'activate') assert.ok(approved.has(act.ref), act.ref);
    if (act.kind === 'activateUnapproved') assert.ok(!approved.has(act.ref), act.ref);
  }
});
