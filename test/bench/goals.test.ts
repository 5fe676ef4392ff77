import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateGoals } from './goals.ts';

const goal = (measured: Parameters<typeof evaluateGoals>[0], name: string) =>
  evaluateGoals(measured).find((one) => one.name === name);

test('a goal is met on the right side of its target, which itself counts unless the bound is "below"', () => {
  assert.equal(goal({ txPerSecondHistory50: 7_400 }, 'txPerSecondHistory50')?.met, true);
  assert.equal(goal({ txPerSecondHistory50: 7_399.9 }, 'txPerSecondHistory50')?.met, false);
  assert.equal(goal({ redisBytesPerTx: 48 }, 'redisBytesPerTx')?.met, true);
  assert.equal(goal({ redisBytesPerTx: 48.1 }, 'redisBytesPerTx')?.met, false);
  assert.equal(goal({ latencyP999Ms: 250 }, 'latencyP999Ms')?.met, false);
  assert.equal(goal({ latencyP999Ms: 249.9 }, 'latencyP999Ms')?.met, true);
});

test('a goal that was not measured is in the file, and not met', () => {
  const all = evaluateGoals({});
  assert.equal(all.length, 11);
  assert.ok(all.every(({ measured, met }) => measured === null && !met));
});

test('no value that is no number meets a goal', () => {
  assert.ok(
    evaluateGoals({ latencyP999Ms: Number.NaN, redisBytesPerTx: Number.NaN }).every(({ met }) => !met),
  );
});
