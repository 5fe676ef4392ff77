import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Send } from './generate-load.ts';
import { settleRun } from './send-ledger.ts';

const sends = Array.from({ length: 5 }, (_, sequence): Send => ({
  sequence,
  kind: 'fresh',
  line: '{}',
  transaction: `a t-${sequence}`,
}));

test('what the ledger stands behind is acknowledged, and the rest goes out again or is given up', () => {
  const { settled, again } = settleRun({ source: 's', sends }, 2, ({ sequence }) => sequence === 3);
  assert.deepEqual(
    settled.map(({ sequence, state, sourceLine }) => [sequence, state, sourceLine]),
    [
      [0, 'acknowledged', 1],
      [1, 'acknowledged', 2],
      [3, 'unknown', 4],
    ],
  );
  assert.deepEqual(
    again.map(({ sequence }) => sequence),
    [2, 4],
  );
});

test('a run without a ledger has acknowledged nothing', () => {
  const { settled, again } = settleRun({ source: 's', sends }, 0, () => false);
  assert.deepEqual([settled.length, again.length], [0, 5]);
});
