import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { createManifestWriter } from '@weir/replays';
import { makeTempFolder } from '@weir/testkit';
import type { DrawnWorld } from '../../../detection/src/fixtures/drawn-world.ts';
import { copyToTheEnd } from '../copy/fixtures/copy-kept.ts';
import type { CopyOptions } from '../copy/fixtures/copy-kept.ts';
import { drawnParts, drawnPlan } from '../engine/fixtures/drawn-replay.ts';
import { createWideWorld } from '../engine/fixtures/wide-world.ts';
import { replayedTopics } from '../engine/replay-parts.ts';
import { seals } from '../fixtures/replay-world.ts';
import { createExportTarget, readExport } from './export-target.ts';

let world: DrawnWorld;
before(async () => {
  world = await createWideWorld(60, 40);
});

async function exported(format: 'ndjson' | 'csv', options: CopyOptions) {
  const plan = drawnPlan(world.end, { target: { kind: 'export', format } });
  const place = { folder: makeTempFolder('export'), replayId: plan.replayId, seals };
  const kept = await copyToTheEnd(drawnParts(world), plan, createExportTarget(place, format), options);
  const pieces: Buffer[] = [];
  for await (const piece of readExport(place, kept.checkpoint.target ?? undefined)) pieces.push(piece);
  const root = createManifestWriter(replayedTopics(plan), kept.checkpoint.manifest).root();
  return { text: Buffer.concat(pieces).toString('utf8'), lines: kept.lines, root };
}

test('an export that is killed at any step holds each record exactly once, in order, under the same root', async () => {
  const limits = { chunkOffsets: 10, linesPerStep: 25, stepMs: 1_000_000 };
  const kill = fc.record({ after: fc.integer({ min: 1, max: 12 }), isBefore: fc.boolean() });
  for (const format of ['ndjson', 'csv'] as const) {
    const whole = await exported(format, { limits });
    const rows = whole.text.split('\n').slice(0, -1);
    assert.equal(rows.length, world.records.length + (format === 'csv' ? 1 : 0));
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 6 }), async (kills) => {
        assert.deepEqual(await exported(format, { limits, kills }), whole);
      }),
      { numRuns: 60 },
    );
  }
});
