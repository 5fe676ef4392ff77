import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerPositions, committedPositions, HandlerFailure } from './position-store.ts';
import type { StoredPosition } from './stored-position.ts';

const position: StoredPosition = {
  offset: 41,
  fingerprint: 'f'.repeat(43),
  sourceOffsets: { 'weir.transaction.cleared.v1': 90 },
};

const storeOver = (next: number | undefined, metadata: string) =>
  committedPositions(
    { groupPositions: async () => [{ partition: 0, next, metadata }] },
    { groupId: 'g', topic: 't' },
  );

test('what is committed is the whole position, and is what a later process begins with', async () => {
  const commits: (readonly [number, string | undefined])[] = [];
  const control = {
    heartbeat: async () => undefined,
    stopping: () => false,
    revoked: () => false,
    commit: async (next: number, metadata?: string) => void commits.push([next, metadata]),
  };
  await storeOver(undefined, '').save?.(position, control);
  const [[next, metadata] = [0, '']] = commits;
  assert.equal(next, 42);
  assert.deepEqual(await storeOver(next, metadata ?? '').load(0), position);
});

test('a group without a commit has no position', async () => {
  assert.equal(await storeOver(undefined, '').load(0), undefined);
});

for (const [what, metadata] of [
  ['an offset that was moved by hand', JSON.stringify(position)],
  ['an offset that another tool committed', 'made by another tool'],
] as const) {
  test(`${what} is taken at its word`, async () => {
    assert.deepEqual(await storeOver(7, metadata).load(0), { offset: 6, sourceOffsets: {} });
  });
}

test('a store that does not answer counts as one that threw', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const store = callerPositions({ load: () => new Promise(() => undefined) }, { groupId: 'g', topic: 't' });
  const loading = store.load(0);
  t.mock.timers.tick(30_000);
  await assert.rejects(
    loading,
    (error) => error instanceof HandlerFailure && /30000 ms/.test(String(error.error)),
  );
});
