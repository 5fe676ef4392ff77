import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf } from './judged.fixture.ts';
import { samplePlan } from './plan.fixture.ts';
import { leavesThePipeline, planHash, replayPlan } from './plan.ts';
import type { ReplayPlan } from './plan.ts';

const [first, second] = samplePlan.stretches;
assert.ok(first && second);

test('whatever is changed in a plan changes its hash', () => {
  const changed: Partial<ReplayPlan>[] = [
    { replayId: 'abcdefghijk1' },
    { environment: 'prod' },
    { logId: '0b8e7a6c-1f53-4c1e-9d0a-6d6f2a9f3b12' },
    { stream: 'held' },
    { range: { by: 'offsets' } },
    { range: { by: 'eventTime', from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' } },
    { stretches: [first, { ...second, to: second.to + 1 }] },
    { stretches: [{ ...first, warmFrom: 1 }, second] },
    { filter: { accounts: [accountOf(1)] } },
    { filter: { amountFromMinor: 0 } },
    { versions: { kind: 'now' } },
    { versions: { kind: 'file', digest: 'cd'.repeat(32) } },
    { target: { kind: 'export', format: 'csv' } },
    { recordsPerSecond: null },
    { windowBytes: 268_435_457 },
    { plannedBy: 'local-approver' },
    { plannedAt: '2026-03-03T09:30:00.001Z' },
  ];
  const hashes = [samplePlan, ...changed.map((change) => ({ ...samplePlan, ...change }))].map(planHash);
  assert.equal(new Set(hashes).size, changed.length + 1);
});

test('the order in which a plan was written does not matter to its hash', () => {
  const backwards = Object.fromEntries(Object.entries(samplePlan).reverse()) as ReplayPlan;
  assert.notEqual(JSON.stringify(backwards), JSON.stringify(samplePlan));
  assert.equal(planHash(backwards), planHash(samplePlan));
});

test('a plan names each partition once, in their order, and its windows are filled before its range', () => {
  const isPlan = (stretches: ReplayPlan['stretches']): boolean =>
    replayPlan.safeParse({ ...samplePlan, stretches }).success;
  assert.ok(isPlan([first, second]));
  assert.ok(isPlan([{ ...first, warmFrom: 10, to: 10 }]));
  assert.equal(isPlan([second, first]), false);
  assert.equal(isPlan([first, first]), false);
  assert.equal(isPlan([]), false);
  assert.equal(isPlan([{ ...first, warmFrom: 11 }]), false);
  assert.equal(isPlan([{ ...first, to: 9 }]), false);
});

test('what is not known to a plan is refused, rather than left out of what is approved', () => {
  assert.equal(replayPlan.safeParse({ ...samplePlan, dryRun: true }).success, false);
  assert.equal(replayPlan.safeParse({ ...samplePlan, filter: { account: accountOf(1) } }).success, false);
  assert.throws(() => planHash({ ...samplePlan, filter: { everything: true } } as never));
});

test('payloads leave the pipeline by exports and receivers', () => {
  assert.equal(leavesThePipeline({ kind: 'export', format: 'ndjson' }), true);
  assert.equal(leavesThePipeline({ kind: 'drive', receiver: 'test', speed: 1 }), true);
  assert.equal(leavesThePipeline({ kind: 'compare' }), false);
  assert.equal(leavesThePipeline({ kind: 'shadow', topic: 'weir.replay.test' }), false);
});

test('a receiver is driven at a thousandth of the speed at least, so that a drive has an end', () => {
  const isPlan = (speed: number): boolean =>
    replayPlan.safeParse({ ...samplePlan, target: { kind: 'drive', receiver: 'test', speed } }).success;
  assert.deepEqual([0.0001, 0.001, 1_000, 1_001].map(isPlan), [false, true, true, false]);
});
