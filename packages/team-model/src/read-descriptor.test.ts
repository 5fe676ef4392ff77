import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDescriptor } from './read-descriptor.ts';

const good = {
  ref: 'team-x@3',
  kind: 'onnx',
  sha256: 'a'.repeat(64),
  featureNames: ['amountMinor', 'hoursSinceLast'],
  input: 'x',
  output: 'probabilities',
  missing: 'nan',
  scoreFrom: 'probability',
  role: 'shadow',
  timeLimitMs: 200,
  maxBatch: 500,
};
const known = ['amountMinor', 'hoursSinceLast', 'newCounterparty'];

test('a good descriptor is read as it is, and so is one that takes the model away', () => {
  assert.deepEqual(readDescriptor(good, known), { ok: true, descriptor: good });
  const none = { ref: 'team-x@4', kind: 'none' };
  assert.deepEqual(readDescriptor(none, known), { ok: true, descriptor: none });
});

const refusals: [string, object, string][] = [
  ['a feature nobody computes', { featureNames: ['amountMinor', 'mood'] }, 'featureNames.1'],
  ['a feature that stands there twice', { featureNames: ['amountMinor', 'amountMinor'] }, 'featureNames'],
  ['no feature', { featureNames: [] }, 'featureNames'],
  ['a version without a number', { ref: 'team-x' }, 'ref'],
  ['no digest', { sha256: 'abc' }, 'sha256'],
  ['another role', { role: 'min' }, 'role'],
  ['a time limit longer than a worker may wait', { timeLimitMs: 2_001 }, 'timeLimitMs'],
  ['a batch of none', { maxBatch: 0 }, 'maxBatch'],
  ['another kind of file', { kind: 'pickle' }, 'kind'],
];

for (const [what, change, path] of refusals) {
  test(`a descriptor with ${what} is refused at "${path}"`, () => {
    const outcome = readDescriptor({ ...good, ...change }, known);
    assert.ok(!outcome.ok);
    assert.deepEqual(
      outcome.problems.map((problem) => problem.path),
      [path],
    );
  });
}

test('the feature that nobody computes is named', () => {
  const outcome = readDescriptor({ ...good, featureNames: ['mood'] }, known);
  assert.match(outcome.ok ? '' : outcome.problems[0].message, /mood/);
});
