import { renameSync, writeFileSync } from 'node:fs';
import { evaluateGoals } from './goals.ts';
import type { Goal } from './goals.ts';
import { comparisons, measuredGoals } from './measured-goals.ts';
import type { BenchResults, Comparison } from './measured-goals.ts';

/** What has been measured so far, and how it stands against the goals. */
export type Findings = {
  readonly results: BenchResults;
  readonly goals: readonly Goal[];
  readonly comparisons: readonly Comparison[];
};

export type BenchFile = {
  /** Adds to what was measured and writes all of it, so that a run that is interrupted keeps it. */
  readonly add: (measured: BenchResults) => void;
  /** Says that nothing more comes. Answers everything that does. */
  readonly finish: () => Findings;
};

/** `about`: what else stands in the file, looked at whenever it is written. Without a file nothing is written. */
export function createBenchFile(
  file: string | undefined,
  about: () => Readonly<Record<string, unknown>>,
): BenchFile {
  let results: BenchResults = {};
  const write = (finished: boolean): Findings => {
    const findings: Findings = {
      results,
      goals: evaluateGoals(measuredGoals(results)),
      comparisons: comparisons(results),
    };
    if (file !== undefined) {
      const { results: measured, ...judged } = findings;
      const content = { ...about(), finished, ...judged, results: measured };
      // Whoever reads it meanwhile finds the one before or this one.
      writeFileSync(`${file}.part`, `${JSON.stringify(content, null, 2)}\n`);
      renameSync(`${file}.part`, file);
    }
    return findings;
  };
  return {
    add: (measured) => {
      results = { ...results, ...measured };
      write(false);
    },
    finish: () => write(true),
  };
}
