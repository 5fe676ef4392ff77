import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchingsOf } from './sweep-passthrough.ts';

const sweep = {
  batchRecords: [500, 2_000],
  widerFetch: { maxBytesPerPartition: 2_000_000, batchRecords: [1_000] },
};

test('each batch size is tried with the linger of detection and without, and wider fetches without', () => {
  assert.deepEqual(batchingsOf({ sweep, batchLingerMs: 30 }), [
    { batchMaxRecords: 500, batchLingerMs: 30 },
    { batchMaxRecords: 500, batchLingerMs: 0 },
    { batchMaxRecords: 2_000, batchLingerMs: 30 },
    { batchMaxRecords: 2_000, batchLingerMs: 0 },
    { batchMaxRecords: 1_000, batchLingerMs: 0, maxBytesPerPartition: 2_000_000 },
  ]);
});

test('nothing is tried twice where detection does not linger', () => {
  assert.equal(batchingsOf({ sweep, batchLingerMs: 0 }).length, 3);
});
