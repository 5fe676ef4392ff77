import type { CommandLine } from '../process/command-line.ts';
import type { Readiness } from '../process/readiness.ts';

/** One process of a stack, as data. */
export type ProcessPlan = CommandLine & {
  readonly name: string;
  /** All it is told, beside what every child inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly ready: Readiness;
  readonly readyDeadlineMs: number;
  /** Names that must be ready before this one is started, and are stopped after it. */
  readonly dependsOn: readonly string[];
  /** A Node process of ours, which ends itself when its channel to the supervisor closes. */
  readonly ipc: boolean;
};
