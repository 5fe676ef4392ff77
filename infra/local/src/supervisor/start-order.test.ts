import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLevels } from './start-order.ts';

const plan = (name: string, ...dependsOn: readonly string[]) => ({ name, dependsOn });
const names = (plans: readonly ReturnType<typeof plan>[]): readonly (readonly string[])[] =>
  startLevels(plans).map((level) => level.map(({ name }) => name));

test('a process comes after everything it depends on, and beside what it does not', () => {
  const levels = names([
    plan('alerting', 'kafka', 'inbox'),
    plan('kafka'),
    plan('inbox', 'kafka'),
    plan('redis'),
  ]);
  assert.deepEqual(levels, [['kafka', 'redis'], ['inbox'], ['alerting']]);
});

test('a dependency that is not in the list is taken to run already', () => {
  assert.deepEqual(names([plan('detection', 'kafka')]), [['detection']]);
});

test('processes that wait for each other are refused by name', () => {
  assert.throws(() => names([plan('one', 'other'), plan('other', 'one'), plan('free')]), /one, other/);
});

test('two processes of the same name are refused', () => {
  assert.throws(() => names([plan('kafka'), plan('kafka')]), TypeError);
});
