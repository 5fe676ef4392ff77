import { test } from 'node:test';
import { expectSeeds } from './expect-seeds.ts';

const seeds = 500;
/** Few enough for a machine with other work to keep within the time a test may take. */
const seedsPerTest = 50;

for (let first = 1; first <= seeds; first += seedsPerTest) {
  const end = first + seedsPerTest;
  test(`whatever goes wrong in the seeds ${first} to ${end - 1}, every promise holds`, () =>
    expectSeeds(first, end));
}
