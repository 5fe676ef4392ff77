import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './scoring.ts';

test('scoring is measured by rules, by a score and by a model, in sizes that only prove that it runs', async () => {
  const said: string[] = [];
  const figures = await run((sentence) => said.push(sentence), {
    ...{ accounts: 10, asks: 2, entries: 20, turns: 1 },
  });
  assert.deepEqual(Object.keys(figures).slice(0, 4), [
    ...['featuresUs', 'rulesUs', 'scoreUs', 'scoreWithModelUs'],
  ]);
  assert.ok(Object.values(figures).every(Number.isFinite));
  assert.ok((figures['modelBytes'] ?? 0) > 0);
  assert.match(said.join(), /10 accounts with 50 records/);
});
