import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWindowPlan } from './read-window-plan.ts';
import { defaultWindowPlan } from './window-plan.ts';

const dayMs = 86_400_000;

/** The paths of what is wrong with the standard plan changed like that. */
function wrongIn(change: Record<string, unknown>): readonly string[] {
  const outcome = readWindowPlan({ ...defaultWindowPlan, ...change });
  return outcome.ok ? [] : outcome.problems.map((problem) => problem.path);
}

test('the standard plan reads back from its JSON as itself', () => {
  const body: unknown = JSON.parse(JSON.stringify(defaultWindowPlan));
  assert.deepEqual(readWindowPlan(body), { ok: true, plan: defaultWindowPlan });
});

test('spans of a minute and of 90 days are allowed, a millisecond less or more is not', () => {
  const spans = (shortestMs: number, longestMs: number) => [
    { name: 'short', spanMs: shortestMs },
    { name: 'long', spanMs: longestMs },
  ];
  assert.deepEqual(wrongIn({ spans: spans(60_000, 90 * dayMs) }), []);
  assert.deepEqual(wrongIn({ spans: spans(59_999, 90 * dayMs) }), ['spans.0.spanMs']);
  assert.deepEqual(wrongIn({ spans: spans(60_000, 90 * dayMs + 1) }), ['spans.1.spanMs']);
});

test('spans ascend and have names of their own', () => {
  const hour = { name: '1h', spanMs: 3_600_000 };
  assert.deepEqual(wrongIn({ spans: [hour, { name: '60m', spanMs: hour.spanMs }] }), ['spans.1.spanMs']);
  assert.deepEqual(wrongIn({ spans: [hour, { name: '1h', spanMs: 2 * hour.spanMs }] }), ['spans.1.name']);
});

const wrongFields: readonly (readonly [string, Record<string, unknown>])[] = [
  ['ref', { ref: 'standard' }],
  ['ref', { ref: 'standard@0' }],
  ['spans', { spans: [] }],
  ['spans', { spans: 'all' }],
  ['spans', { spans: Array.from({ length: 17 }, (_, n) => ({ name: `${n}`, spanMs: (n + 1) * 60_000 })) }],
  ['spans.0', { spans: [60_000] }],
  ['spans.0.name', { spans: [{ name: 'one minute', spanMs: 60_000 }] }],
  ['spans.0.spanMs', { spans: [{ name: '1m', spanMs: '60000' }] }],
  ['spans.0.unit', { spans: [{ name: '1m', spanMs: 60_000, unit: 'ms' }] }],
  ['allowedLatenessMs', { allowedLatenessMs: -1 }],
  ['futureToleranceMs', { futureToleranceMs: 0.5 }],
  ['lateness', { lateness: 1 }],
];

for (const [path, change] of wrongFields) {
  test(`a plan with ${JSON.stringify(change).slice(0, 60)} is refused by the name of the field ${path}`, () => {
    assert.deepEqual(wrongIn(change), [path]);
  });
}

test('what is no object is no plan', () => {
  for (const body of [null, 'standard@1', [defaultWindowPlan]]) assert.equal(readWindowPlan(body).ok, false);
});
