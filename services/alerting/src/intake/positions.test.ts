import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { streams } from '@weir/contracts';
import { readPosition } from './positions.ts';

const input = { stream: 'held', partition: 1 } as const;

/** Reads the position of a partition that has these offsets, where the store has that one. */
async function placed(stored: number | undefined, earliest: number, end: number) {
  const store = createMemoryAlertStore();
  if (stored !== undefined)
    await store.transaction((rows) => rows.setPosition(streams.held.topic, 1, stored));
  return readPosition({ store, kafka: { offsets: async () => [{ partition: 1, earliest, end }] } }, input);
}

test('A partition is read on where the store says, and from its beginning where it says nothing', async () => {
  assert.deepEqual(await placed(7, 3, 9), { stored: 7, next: 7, missing: 0 });
  assert.deepEqual(await placed(9, 3, 9), { stored: 9, next: 9, missing: 0 });
  assert.deepEqual(await placed(undefined, 3, 9), { stored: undefined, next: 3, missing: 0 });
});

test('Records that were deleted before they were taken in are counted', async () => {
  assert.deepEqual(await placed(2, 5, 9), { stored: 2, next: 5, missing: 3 });
});

test('A topic that ends before the position is another one than was read, and is refused', async () => {
  await assert.rejects(placed(10, 0, 9), { code: 'store_other', message: /transactions\.held\.v1-1 ends/ });
});
