import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reporter } from '@weir/contracts';
import type { PublishedModel } from '@weir/models';
import { actingReporter } from './acting-reporter.ts';
import { compareKnowledge } from './compare-knowledge.ts';
import type { ModelState } from './read-models.ts';
import { modelAsJson, showComparison, showModels } from './show-models.ts';

const modelOf = (version: number): PublishedModel => ({
  ref: `learned@${version}`,
  digest: String(version).repeat(64),
  location: { offset: version, parts: 1 },
  cutAt: '2026-01-01T00:00:00.000Z',
  learned: { transactions: 20_007, frauds: version },
  bytes: 5_000,
});

const stateOf = (more: Partial<ModelState> = {}): ModelState => ({
  policy: 'follow',
  decidedBy: undefined,
  inForce: { artefact: 'learned@1', digest: modelOf(1).digest, sequence: 4, logId: 'log' },
  ...more,
});

const squeezed = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/ +/g, ' '));

test('a list says which model is in force, and whether newer ones come into force by themselves', () => {
  const lines = squeezed(showModels([modelOf(1), modelOf(2)], stateOf()));
  assert.ok(lines.includes('learned@1 2026-01-01T00:00:00.000Z 20,007 1 5 KiB in force'));
  assert.ok(lines.includes('learned@2 2026-01-01T00:00:00.000Z 20,007 2 5 KiB'));
  assert.match(lines.at(-1) ?? '', /learned@1 is in force; newer ones come into force by themselves/);
  const frozen = showModels([modelOf(1)], stateOf({ policy: 'frozen', decidedBy: 'ada' })).at(-1);
  assert.match(frozen ?? '', /frozen by ada.*weir models follow/);
  assert.match(showModels([], stateOf({ inForce: undefined })).join('\n'), /No model has been learned yet/);
});

test('for a script each model says whether it is the one in force', () => {
  assert.equal(modelAsJson(modelOf(1), stateOf()).inForce, true);
  assert.equal(modelAsJson(modelOf(2), stateOf()).inForce, false);
  assert.equal(modelAsJson(modelOf(2), stateOf({ inForce: undefined })).inForce, false);
});

test('two models are compared by every number in them, and only the largest differences are kept', () => {
  const before = { weights: [1, 2, 3], risk: { a: 0.5, gone: 4, name: 'x' }, same: { deep: [7] } };
  const after = { weights: [1, 2.5, -3], risk: { a: 0.75, fresh: 1, name: 'y' }, same: { deep: [7] } };
  assert.deepEqual(compareKnowledge(before, after, 2), {
    ...{ changed: 3, added: 1, removed: 1 },
    largest: [
      { path: 'weights.2', before: 3, after: -3 },
      { path: 'risk.gone', before: 4, after: undefined },
    ],
  });
  assert.deepEqual(compareKnowledge(after, after, 2), { changed: 0, added: 0, removed: 0, largest: [] });
  assert.equal(compareKnowledge(null, { a: 1 }, 2).added, 1);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]));
  const compared = compareKnowledge({}, many, 3);
  assert.deepEqual(
    compared.largest.map(({ path }) => path),
    ['k999', 'k998', 'k997'],
  );
  assert.equal(compared.added, 1_000);
});

test('a name that every object has is no number of a model', () => {
  assert.equal(compareKnowledge({}, { constructor: 1 }, 1).added, 1);
});

test('a comparison is shown with what both have learned from', () => {
  const compared = compareKnowledge({ weight: 1 }, { weight: 1.5 }, 5);
  const lines = squeezed(showComparison(modelOf(1), modelOf(2), compared));
  assert.ok(lines.includes('1 numbers changed, 0 are new, 0 are gone.'));
  assert.ok(lines.includes('weight 1 1.50000 0.500000'));
});

test('who types a command can always be named in a report', () => {
  assert.equal(reporter.safeParse(actingReporter()).success, true);
});
