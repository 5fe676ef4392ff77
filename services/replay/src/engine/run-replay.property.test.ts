import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyDisturbance } from '../../../detection/src/fixtures/drawn-disturbance.ts';
import { anyStream } from '../../../detection/src/fixtures/drawn-stream.ts';
import { createDrawnWorld } from '../../../detection/src/fixtures/drawn-world.ts';
import { driveWorkers } from '../../../detection/src/fixtures/drive-workers.ts';
import { drawnParts, drawnPlan } from './fixtures/drawn-replay.ts';
import { runToTheEnd } from './fixtures/run-kept.ts';

test('what was decided, whatever happened to the workers, is decided again by the versions of then', async () => {
  await fc.assert(
    fc.asyncProperty(anyStream, anyDisturbance, fc.nat(50), async (stream, disturbance, skipped) => {
      const world = await createDrawnWorld(stream);
      await driveWorkers(world, disturbance);
      const parts = drawnParts(world);
      const whole = await runToTheEnd(parts, drawnPlan(world.end));
      assert.deepEqual(whole.differences, []);
      assert.equal(whole.checkpoint.counts.unaccounted, 0);
      assert.equal(whole.lines.length, world.records.length);
      const from = Math.min(skipped, world.end);
      const middle = drawnPlan(world.end, {
        stretches: [{ partition: 0, warmFrom: 0, from, to: world.end }],
      });
      const part = await runToTheEnd(parts, middle, {
        limits: { chunkOffsets: 7, linesPerStep: 1, stepMs: 0 },
      });
      assert.deepEqual(part.differences, []);
      assert.deepEqual(part.lines, whole.lines.slice(whole.lines.length - part.lines.length));
    }),
    { numRuns: 100 },
  );
});
