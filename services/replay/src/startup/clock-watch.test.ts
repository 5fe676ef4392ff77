import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClockWatch, steadyForMs } from './clock-watch.ts';

function watched() {
  const now = { wall: Date.UTC(2026, 2, 1), passed: 0 };
  const isSteady = createClockWatch({ wallMs: () => now.wall, passedMs: () => now.passed });
  return {
    jump: (byMs: number) => void (now.wall += byMs),
    pass: (ms: number): boolean => {
      now.wall += ms;
      now.passed += ms;
      return isSteady();
    },
  };
}

test('a clock that was just begun to be watched is not known to be steady, and is after an hour', () => {
  const { pass } = watched();
  assert.equal(pass(0), false);
  assert.equal(pass(steadyForMs - 1), false);
  assert.equal(pass(1), true);
});

for (const [what, byMs] of [
  ['ahead', 40 * 86_400_000],
  ['back', -40 * 86_400_000],
] as const)
  test(`a clock that jumps ${what} is not steady for an hour, nor once it is put right again`, () => {
    const { jump, pass } = watched();
    assert.equal(pass(steadyForMs), true);
    jump(byMs);
    assert.equal(pass(1_000), false);
    assert.equal(pass(1_000), false);
    jump(-byMs);
    assert.equal(pass(steadyForMs - 1), false);
    assert.equal(pass(steadyForMs), true);
  });

test('a clock that is put right little by little stays steady', () => {
  const { jump, pass } = watched();
  pass(steadyForMs);
  jump(30_000);
  assert.equal(pass(1_000), true);
});
