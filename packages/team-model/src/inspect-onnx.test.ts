import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectionTo } from './inspect-onnx.ts';
import {
  bytes,
  externalModel,
  foreignModel,
  logisticModel,
  loopingModel,
  randomModel,
} from './onnx.fixture.ts';

test('a model of standard operators with all weights inside meets no objection', () => {
  assert.equal(objectionTo(logisticModel([1, 2], 0)), undefined);
  assert.equal(objectionTo(loopingModel(1)), undefined);
});

test('weights in another file, foreign operators and chance are objected to', () => {
  assert.match(objectionTo(externalModel()) ?? '', /another file/);
  assert.match(objectionTo(foreignModel()) ?? '', /aren't ONNX's own/);
  assert.match(objectionTo(randomModel()) ?? '', /at random/);
});

test('what stands in a graph within a graph is looked at too', () => {
  const inner = randomModel();
  const graphOf = (model: Buffer): Buffer => model.subarray(4, 4 + (model[3] ?? 0));
  const attribute = Buffer.concat([bytes(1, 'body'), bytes(6, graphOf(inner))]);
  const outer = bytes(7, bytes(1, Buffer.concat([bytes(4, 'If'), bytes(5, attribute)])));
  assert.match(objectionTo(outer) ?? '', /at random/);
});

test('bytes that are no ONNX file, and one cut short, are objected to without a throw', () => {
  const model = logisticModel([1], 0);
  assert.match(objectionTo(Buffer.from('hello, world')) ?? '', /not an ONNX file/);
  assert.match(objectionTo(model.subarray(0, model.length - 3)) ?? '', /not an ONNX file/);
});

test('graphs nested without end are objected to', () => {
  let graph: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 200; depth += 1) graph = bytes(1, bytes(5, bytes(6, graph)));
  assert.match(objectionTo(bytes(7, graph)) ?? '', /nested too deeply/);
});
