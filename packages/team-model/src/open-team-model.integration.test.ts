import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import type { OnnxDescriptor } from '@weir/contracts';
import { echoModel, externalModel, logisticModel, loopingModel, randomModel } from './onnx.fixture.ts';
import { openTeamModel, type TeamModel } from './open-team-model.ts';

const describe = (bytes: Buffer, changes: Partial<OnnxDescriptor> = {}): OnnxDescriptor => ({
  ref: 'team-x@1',
  kind: 'onnx',
  sha256: hash('sha256', bytes),
  featureNames: ['a', 'b'],
  input: 'x',
  output: 'y',
  missing: 0,
  scoreFrom: 'probability',
  role: 'max',
  timeLimitMs: 2_000,
  maxBatch: 500,
  ...changes,
});

async function open(t: TestContext, bytes: Buffer, changes?: Partial<OnnxDescriptor>): Promise<TeamModel> {
  const model = await openTeamModel({ descriptor: describe(bytes, changes), bytes });
  t.after(model.close);
  return model;
}

const sigmoid = (z: number): number => Math.round(1e6 / (1 + Math.exp(-z))) / 1e6;

test('a logistic regression gives each transaction its score, whatever the batches, and the same bits again', async (t) => {
  const bytes = logisticModel([1, -2], 0.5);
  const whole = await open(t, bytes);
  const cut = await open(t, bytes, { maxBatch: 3 });
  const rows = Array.from({ length: 10 }, (_, index) => ({ a: index / 8, b: index % 3, c: 7 }));
  const scores = rows.map(({ a, b }) => sigmoid(a - 2 * b + 0.5));
  assert.deepEqual(await whole.score(rows), { ok: true, scores });
  assert.deepEqual(await cut.score(rows), { ok: true, scores });
  assert.deepEqual(await whole.score(rows), { ok: true, scores });
  assert.deepEqual(await whole.score([]), { ok: true, scores: [] });
});

test('a feature without a value is given as the descriptor says, and features in its order', async (t) => {
  const bytes = logisticModel([1, -2], 0);
  const model = await open(t, bytes, { missing: -1, featureNames: ['b', 'a'] });
  const scored = await model.score([{ a: null, b: 3 }, { b: 0 }]);
  assert.deepEqual(scored, { ok: true, scores: [sigmoid(5), sigmoid(2)] });
});

test('logits are turned into scores', async (t) => {
  const model = await open(t, logisticModel([1, 0], 0, 'Identity'), { scoreFrom: 'logit' });
  assert.deepEqual(await model.score([{ a: 2 }, { a: -800 }]), { ok: true, scores: [sigmoid(2), 0] });
});

test('of two columns the second is the score', async (t) => {
  const model = await open(t, echoModel(2));
  assert.deepEqual(await model.score([{ a: 0.75, b: 0.25 }]), { ok: true, scores: [0.25] });
});

test('one number that is no score takes the whole batch down, and the next batch is scored', async (t) => {
  const model = await open(t, echoModel(2), { missing: 'nan' });
  for (const b of [null, 1.01, -0.01, Infinity])
    assert.deepEqual(await model.score([{ b: 0.5 }, { b }]), { ok: false, failure: 'wrong_output' });
  assert.deepEqual(await model.score([{ b: 0.5 }]), { ok: true, scores: [0.5] });
});

test('a model that never comes back is ended at its time limit, and others behind it are scored', async (t) => {
  const model = await open(t, loopingModel(2), { timeLimitMs: 400 });
  const endless = { a: 1e15, b: 0 };
  const outcomes = await Promise.all([model.score([endless]), model.score([{ a: 1 }])]);
  assert.deepEqual(outcomes, [
    { ok: false, failure: 'timed_out' },
    { ok: true, scores: [0] },
  ]);
});

test('a batch whose process is lost is asked again of another one, and scored', async (t) => {
  const model = await open(t, loopingModel(2));
  const scored = model.score([{ a: 100_000 }]);
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const [lost, ...others] = children.trim().split(' ').map(Number);
  assert.ok(lost !== undefined && others.length === 0);
  process.kill(lost, 'SIGKILL');
  assert.deepEqual(await scored, { ok: true, scores: [0] });
});

test('a model that is closed scores nothing any more', async (t) => {
  const model = await open(t, logisticModel([1, 1], 0));
  const running = model.score([{ a: 1 }]);
  await model.close();
  assert.equal((await running).ok, false);
  assert.deepEqual(await model.score([{ a: 1 }]), { ok: false, failure: 'process_ended' });
});

const refused: [string, Buffer, Partial<OnnxDescriptor>, RegExp][] = [
  ['another file than was meant', logisticModel([1, 1], 0), { sha256: '0'.repeat(64) }, /sha256/],
  ['bytes that are no model', Buffer.from('hello, world'), {}, /not an ONNX file/],
  ['weights in another file', externalModel(), {}, /another file/],
  ['chance', randomModel(), {}, /at random/],
  ['a model the runtime does not load', logisticModel([1, 1], 0, 'Sigmoidal'), {}, /does not load/],
  ['an input by another name', logisticModel([1, 1], 0), { input: 'z' }, /input/],
  ['an output by another name', logisticModel([1, 1], 0), { output: 'z' }, /output/],
  ['another number of features', logisticModel([1, 1, 1], 0), {}, /featureNames\.length/],
  ['three columns', echoModel(3), { featureNames: ['a', 'b', 'c'] }, /one or two columns/],
];

for (const [what, bytes, changes, message] of refused) {
  test(`${what} is refused when it is opened, and why is said`, async () => {
    await assert.rejects(openTeamModel({ descriptor: describe(bytes, changes), bytes }), {
      code: 'artefact_unknown',
      message,
    });
  });
}
