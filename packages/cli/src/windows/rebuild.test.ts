import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../exit-codes.ts';
import { checkRebuildOptions } from './rebuild.ts';
import { showRebuilt } from './show-windows.ts';

test('options that do not fit together are refused before anything is published', () => {
  for (const options of [
    {},
    { activate: true },
    { redis: 'redis://127.0.0.1:1', activate: true },
    { plan: 'wide@1', redis: 'redis://127.0.0.1:1', activate: true },
  ] as const) {
    assert.throws(
      () => checkRebuildOptions(options),
      (error) => error instanceof CommandError && error.exitCode === 64,
    );
  }
  for (const options of [
    { plan: 'wide@1' },
    { plan: 'wide@1', activate: true },
    { redis: 'redis://127.0.0.1:1' },
  ] as const)
    assert.doesNotThrow(() => checkRebuildOptions(options));
});

const rebuilt = { kind: 'rebuilt', plan: 'wide@1', partitions: 4, inForce: 0 } as const;

test('what to do next is said with the outcome', () => {
  assert.match(showRebuilt(rebuilt, {}).join('\n'), /--plan wide@1 --activate/);
  assert.match(showRebuilt(rebuilt, { redis: 'redis://x' }).join('\n'), /REDIS_URL/);
  assert.match(showRebuilt({ ...rebuilt, inForce: 4 }, { activate: true }).join('\n'), /in force in all 4/);
  const some = showRebuilt({ ...rebuilt, inForce: 3 }, { activate: true }).join('\n');
  assert.match(some, /3 of 4 partitions.*the others switch by themselves/);
});
