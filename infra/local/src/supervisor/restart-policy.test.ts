import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRestart } from './restart-policy.ts';
import type { RestartPolicy } from './restart-policy.ts';

const policy: RestartPolicy = { firstDelayMs: 100, longestDelayMs: 450, mostFailures: 5, windowMs: 10_000 };
const crashed = { kind: 'code', code: 70 } as const;

test('each further end in the window doubles the wait, up to the longest', () => {
  const ends = [0, 10, 20, 30];
  const delays = ends.map((_, index) => decideRestart(crashed, ends.slice(0, index + 1), policy));
  assert.deepEqual(delays, [
    { kind: 'restart', delayMs: 100 },
    { kind: 'restart', delayMs: 200 },
    { kind: 'restart', delayMs: 400 },
    { kind: 'restart', delayMs: 450 },
  ]);
});

test('the fifth end within the window is given up on', () => {
  assert.deepEqual(decideRestart(crashed, [0, 10, 20, 30, 40], policy), {
    kind: 'giveUp',
    why: 'it ended 5 times within 10 s',
  });
});

test('ends before the window neither count nor lengthen the wait', () => {
  assert.deepEqual(decideRestart(crashed, [0, 10, 20, 30, 10_031], policy), {
    kind: 'restart',
    delayMs: 100,
  });
});

test('a process that ends without being asked to is started again even when it says all is well', () => {
  assert.equal(decideRestart({ kind: 'code', code: 0 }, [5], policy).kind, 'restart');
  assert.equal(decideRestart({ kind: 'signal', signal: 'SIGKILL' }, [5], policy).kind, 'restart');
});

test('what starting again cannot mend is given up on at once', () => {
  const configuration = decideRestart({ kind: 'code', code: 78 }, [5], policy);
  assert.deepEqual(configuration, { kind: 'giveUp', why: 'its configuration is refused' });
  const halted = decideRestart({ kind: 'code', code: 76 }, [5], policy);
  assert.deepEqual(halted, { kind: 'giveUp', why: 'a person has to act first' });
  assert.equal(decideRestart({ kind: 'notStarted', reason: 'ENOENT' }, [5], policy).kind, 'giveUp');
});
