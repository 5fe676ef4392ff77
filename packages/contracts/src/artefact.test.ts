import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activation } from './artefact.ts';
import { controlRecord } from './control.ts';
import { modelPart, modelParts } from './model-snapshot.ts';

const digest = 'a'.repeat(64);
const said = { logId: '018f3b9e-0000-4000-8000-000000000001', sequence: 1, digest };
const location = { offset: 7, parts: 2 };

test('an activation says of a model where it stands, and of nothing else', () => {
  for (const [artefactKind, where, isOne] of [
    ['model', { location }, true],
    ['model', {}, false],
    ['window_plan', {}, true],
    ['window_plan', { location }, false],
    ['ruleset', { location }, false],
  ] as const) {
    const one = { ...said, artefactKind, artefact: 'learned@1', ...where };
    assert.equal(activation.safeParse(one).success, isOne, artefactKind);
    const control = { kind: 'artefact_activated', ...one };
    assert.equal(controlRecord.safeParse(control).success, isOne, artefactKind);
  }
});

test('a part is one of those that there are', () => {
  const whole = { artefact: 'learned@1', digest, cutAt: '2026-01-01T00:00:00.000Z', bytes: 2, text: '{}' };
  const partOf = (part: number, parts: number) =>
    modelPart.safeParse({ ...whole, learned: { transactions: 1, frauds: 0 }, part, parts }).success;
  assert.equal(partOf(0, 1), true);
  assert.equal(partOf(1, 2), true);
  assert.equal(partOf(2, 2), false);
  assert.equal(partOf(0, modelParts + 1), false);
});
