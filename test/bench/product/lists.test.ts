import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './lists.ts';

test('what a list takes is measured, in sizes that only prove that it runs', async () => {
  const figures = await run(() => undefined, { entries: 500, questions: 100, turns: 2, lines: 2_000 });
  assert.deepEqual([figures['entries'], figures['listBytes']], [500, 5_012]);
  assert.deepEqual([figures['linesRead'], figures['linesBad']], [2_000, 2]);
  assert.ok((figures['questionNs'] ?? 0) > 0);
});
