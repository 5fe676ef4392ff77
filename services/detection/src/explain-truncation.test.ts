import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { explainTruncation } from './explain-truncation.ts';

const truncated = new WeirError('log_truncated', 'out of range');
const logOffsets = async () => ({ earliest: 100, end: 500, partitionCount: 2 });
const healthy = { partition: 0, position: 400, publishFrom: 0 };

const explained = async (partition: { position: number; publishFrom: number }) => {
  const error = await explainTruncation({ logOffsets }, [healthy, { partition: 1, ...partition }], truncated);
  return error instanceof WeirError ? error.recovery : error;
};

test('a replay that retention overtook is begun again by a worker that starts again', async () => {
  assert.equal(await explained({ position: 99, publishFrom: 300 }), 'retry');
});

for (const [what, partition] of [
  ['records left the log before they had a verdict', { position: 60, publishFrom: 99 }],
  ['a published position lies behind the end of the log', { position: 60, publishFrom: 501 }],
  ['all that this worker has lies within the log', { position: 100, publishFrom: 300 }],
] as const) {
  test(`a person has to act where ${what}`, async () => {
    assert.equal(await explained(partition), 'halt');
  });
}

test('any other error stays what it is', async () => {
  const other = new Error('other');
  const partition = { partition: 1, position: 99, publishFrom: 300 };
  assert.equal(await explainTruncation({ logOffsets }, [partition], other), other);
});
