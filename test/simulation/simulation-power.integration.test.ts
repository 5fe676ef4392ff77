import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyParts } from './faulty-parts.ts';
import { runSeed } from './run-seed.ts';

/** As many as the simulation itself runs: a mistake that none of them shows would pass unseen. */
const maxSeeds = 500;

/**
 * Where each mistake was seen last, so that nobody has to wait for the search. Whatever is changed may move
 * it; then it is searched for from the first seed on, and the test says where it is seen now.
 */
const lastSeenIn: Readonly<Record<keyof typeof faultyParts, number>> = {
  'a transactional id of its own for each process, which fences nobody': 5,
  'a take-over that reads what is published before it fences': 36,
  'a KMS that is away taken for a record that can not be opened': 188,
  'a good record that is always refused': 1,
  'a judge that is kept when another model comes into force': 4,
  'a canary that decides other accounts than its own': 21,
  'a list that is asked on when another version of it is in force': 16,
  'a take-over that forgets the candidate': 13,
  'a lost account taken for a new one': 40,
  'releases whose take-over forgets what was released': 32,
  'releases that fence nobody': 32,
  'an outbox that is published from where the store begins': 76,
  'a delivery that is settled before it is sent': 149,
  'a message that says who sends it': 95,
};

async function firstThatShows(mistake: keyof typeof faultyParts): Promise<number | undefined> {
  const faulty = faultyParts[mistake];
  const seeds = [lastSeenIn[mistake], ...Array.from({ length: maxSeeds }, (_, index) => index + 1)];
  for (const seed of seeds) {
    const { violations } = await runSeed(seed, { faulty });
    if (violations.length > 0) return seed;
  }
  return undefined;
}

for (const mistake of Object.keys(faultyParts) as (keyof typeof faultyParts)[]) {
  test(`the simulation sees ${mistake}`, async (t) => {
    const seed = await firstThatShows(mistake);
    assert.ok(seed !== undefined, `none of ${maxSeeds} seeds shows it`);
    if (seed !== lastSeenIn[mistake]) t.diagnostic(`it is seen in seed ${seed} now`);
  });
}
