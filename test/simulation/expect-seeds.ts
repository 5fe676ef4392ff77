import assert from 'node:assert/strict';
import { runSeed } from './run-seed.ts';
import type { SeedOutcome } from './run-seed.ts';

const shownViolations = 10;

/** What went wrong in a seed, and how to see it happen again. */
export const describeFailure = ({ seed, violations }: SeedOutcome): string =>
  [
    `seed ${seed} broke what is promised; replay it with: npm run simulate:seed -- ${seed}`,
    ...violations.slice(0, shownViolations).map((violation) => `  ${violation}`),
    ...(violations.length > shownViolations ? [`  and ${violations.length - shownViolations} more`] : []),
  ].join('\n');

/** Runs the seeds from `first` up to `end`, without `end`; fails at the first that breaks a promise. */
export const expectSeeds = async (first: number, end: number): Promise<void> => {
  for (let seed = first; seed < end; seed += 1) {
    const outcome = await runSeed(seed);
    if (outcome.violations.length > 0) assert.fail(describeFailure(outcome));
  }
};
