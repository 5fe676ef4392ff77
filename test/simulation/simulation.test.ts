import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectSeeds } from './expect-seeds.ts';
import { runSeed } from './run-seed.ts';

const quickSeeds = 12;

test(`whatever goes wrong in ${quickSeeds} seeds, every transaction leaves with exactly one verdict`, () =>
  expectSeeds(1, 1 + quickSeeds));

test('a seed gives the same run every time, step by step, and another seed another', async () => {
  const seeds = [11, 42, 77];
  const first = await Promise.all(seeds.map((seed) => runSeed(seed)));
  for (const [index, seed] of seeds.entries()) assert.deepEqual(await runSeed(seed), first[index]);
  assert.equal(new Set(first.map(({ digest }) => digest)).size, seeds.length);
});
