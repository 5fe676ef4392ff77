import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState } from './learner-state.ts';
import type { LearnerState, ReadSpan } from './learner-state.ts';

const spans = (count: number): ReadonlyMap<number, ReadSpan> =>
  new Map(
    Array.from({ length: count }, (_, partition) => [
      partition,
      { from: 9_000_000_000 + partition, seen: 9_000_500_000 + partition * 3 },
    ]),
  );

const stateOf = (partitions: number): LearnerState => ({
  logId: '018f3b9e-0000-4000-8000-000000000001',
  last: { version: 12, digest: 'ab'.repeat(32), cutAtMs: 1_767_225_600_000, horizonMs: 1_766_620_800_000 },
  journal: spans(partitions),
  outcomes: spans(4),
});

test('what is committed beside the offset is what is read there', () => {
  assert.deepEqual(decodeState(encodeState(stateOf(1))), stateOf(1));
  assert.deepEqual(decodeState(encodeState(stateOf(200))), stateOf(200));
});

test('positions of more partitions than Kafka keeps beside an offset are refused, not cut off', () => {
  assert.throws(() => encodeState(stateOf(400)), { code: 'topic_mismatch' });
});

test('what no learner has written is no state', () => {
  const text = encodeState(stateOf(2));
  for (const other of ['', '{}', 'null', text.slice(1), text.replace('"format":1', '"format":2')])
    assert.equal(decodeState(other), undefined);
});
