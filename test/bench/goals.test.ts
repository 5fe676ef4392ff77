import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateGoals } from './goals.ts';
import type { GoalName } from './goals.ts';

const goal = (name: GoalName, value: number, repeats = 3) =>
  evaluateGoals({ [name]: { value, repeats } }).find((one) => one.name === name);

test('a goal is met on the right side of its target, which itself counts unless the bound is "below"', () => {
  assert.equal(goal('txPerSecondHistory50', 7_400)?.met, true);
  assert.equal(goal('txPerSecondHistory50', 7_399.9)?.met, false);
  assert.equal(goal('redisBytesPerTx', 48)?.met, true);
  assert.equal(goal('redisBytesPerTx', 48.1)?.met, false);
  assert.equal(goal('latencyP999Ms', 250)?.met, false);
  assert.equal(goal('latencyP999Ms', 249.9)?.met, true);
});

test('a goal that was not measured is in the file, and not met', () => {
  const all = evaluateGoals({});
  assert.equal(all.length, 15);
  assert.ok(all.every(({ measured, met }) => measured === null && !met));
});

test('no value that is no number meets a goal', () => {
  assert.equal(goal('latencyP999Ms', Number.NaN)?.met, false);
  assert.equal(goal('redisBytesPerTx', Number.NaN)?.met, false);
});

test('a goal that was measured fewer than three times is marked, met or not', () => {
  assert.equal(goal('latencyP999Ms', 100, 3)?.tooFewRepeats, false);
  assert.equal(goal('latencyP999Ms', 100, 2)?.tooFewRepeats, true);
  assert.equal(goal('latencyP999Ms', 900, 1)?.tooFewRepeats, true);
});
