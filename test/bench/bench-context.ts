import type { BenchStack } from './bench-stack.ts';
import type { BenchSettings } from './settings.ts';

/** What every part of the benchmark is given. */
export type BenchContext = {
  readonly settings: BenchSettings;
  readonly stack: BenchStack;
  /** Since the benchmark began. */
  readonly elapsedSeconds: () => number;
  /** One line for the person who waits. */
  readonly say: (sentence: string) => void;
};

/** Whether there is time for one more repeat; says so where there isn't. The file shows how many there were. */
export function hasTimeFor(
  { settings, elapsedSeconds, say }: BenchContext,
  part: keyof BenchSettings['repeatUntilSeconds'],
): boolean {
  if (elapsedSeconds() < settings.repeatUntilSeconds[part]) return true;
  say('No time is left for another repeat of this part');
  return false;
}
