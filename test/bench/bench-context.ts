import type { BenchStack } from './bench-stack.ts';
import type { BenchSettings } from './settings.ts';

/** What every part of the benchmark is given. */
export type BenchContext = {
  readonly settings: BenchSettings;
  readonly stack: BenchStack;
  /** One line for the person who waits. */
  readonly say: (sentence: string) => void;
};
