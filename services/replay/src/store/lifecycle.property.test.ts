import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOver, lifecycle, planned, stepOf } from './lifecycle.ts';
import type { Lifecycle, LifecycleAct } from './lifecycle.ts';

const by = fc.constantFrom('ana', 'ben');
const trouble = { code: 'kms_denied', message: 'KMS Decrypt: denied' };
const ending = { records: 3, differences: 0, unjudged: 0, root: '0'.repeat(64) };
const act: fc.Arbitrary<LifecycleAct> = fc.oneof(
  fc.record({ kind: fc.constantFrom('approve', 'pause', 'resume', 'stop'), by }),
  fc.record({ kind: fc.constant('run' as const), by, isFree: fc.boolean() }),
  fc.constantFrom<LifecycleAct>(
    { kind: 'wait', trouble },
    { kind: 'fail', trouble },
    { kind: 'finish', ending },
  ),
);

test('Whatever is said in whatever order: what is over stays so, and said again nothing changes', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      let now: Lifecycle = planned('a'.repeat(64), 'ana', 0);
      for (const [index, one] of acts.entries()) {
        const before = now;
        const step = stepOf(before, one, index + 1);
        if (isOver(before)) assert.notEqual(step.kind, 'changed');
        if (step.kind !== 'changed') continue;
        now = step.lifecycle;
        lifecycle.parse(now);
        assert.equal(now.endedAt === null, !isOver(now));
        assert.equal(now.ending === null, now.state !== 'done');
        if ('by' in one) assert.equal(stepOf(now, one, index + 2).kind, 'unchanged');
      }
    }),
  );
});

test('Nothing runs that nobody has approved, unless it is free to', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      let now: Lifecycle = planned('a'.repeat(64), 'ana', 0);
      let mayRun = false;
      for (const one of acts) {
        mayRun ||= one.kind === 'approve' || (one.kind === 'run' && one.isFree);
        const step = stepOf(now, one, 1);
        if (step.kind === 'changed') now = step.lifecycle;
        if (!mayRun) assert.ok(now.state === 'planned' || isOver(now), now.state);
      }
    }),
  );
});

test('What waits for somebody says why, until it goes on', () => {
  let now = planned('a'.repeat(64), 'ana', 0);
  const say = (one: LifecycleAct): Lifecycle => {
    const step = stepOf(now, one, 1);
    assert.equal(step.kind, 'changed');
    if (step.kind === 'changed') now = step.lifecycle;
    return now;
  };
  say({ kind: 'run', by: 'ana', isFree: true });
  assert.deepEqual(say({ kind: 'wait', trouble }), { ...now, state: 'paused', trouble, changedBy: null });
  assert.equal(say({ kind: 'resume', by: 'ben' }).trouble, null);
});
