import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyDisturbance, undisturbed } from './fixtures/drawn-disturbance.ts';
import type { Disturbance } from './fixtures/drawn-disturbance.ts';
import { anyStream } from './fixtures/drawn-stream.ts';
import type { Step } from './fixtures/drawn-stream.ts';
import { createDrawnWorld } from './fixtures/drawn-world.ts';
import { driveWorkers } from './fixtures/drive-workers.ts';
import { readOutcomes } from './fixtures/published-outcomes.ts';
import type { PublishedOutcomes } from './fixtures/published-outcomes.ts';

async function outcomesOf(stream: readonly Step[], disturbance: Disturbance): Promise<PublishedOutcomes> {
  const world = await createDrawnWorld(stream);
  await driveWorkers(world, disturbance);
  return readOutcomes(world);
}

test('what becomes of a record depends neither on where batches are cut nor on where workers are killed', async () => {
  await fc.assert(
    fc.asyncProperty(anyStream, anyDisturbance, async (stream, disturbance) => {
      assert.deepEqual(await outcomesOf(stream, disturbance), await outcomesOf(stream, undisturbed));
    }),
    { numRuns: 200 },
  );
});
