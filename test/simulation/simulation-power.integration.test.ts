import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyParts } from './faulty-parts.ts';
import { runSeed } from './run-seed.ts';

/** As many as the simulation itself runs: a mistake that none of them shows would pass unseen. */
const maxSeeds = 2_000;

for (const [mistake, faulty] of Object.entries(faultyParts)) {
  test(`the simulation sees ${mistake}`, async () => {
    for (let seed = 1; seed <= maxSeeds; seed += 1) {
      const { violations } = await runSeed(seed, { faulty });
      if (violations.length > 0) return;
    }
    assert.fail(`none of ${maxSeeds} seeds shows it`);
  });
}
