import { featureEntryOf } from '@weir/scoring';
import { didYouMean } from './nearest-name.ts';

/** What to do about a name that nothing has: the one it may have been meant to be, and where a window is missing, how to get it. */
export function nameHint(name: string, known: readonly string[]): string {
  const span = featureEntryOf(name)?.span;
  const meant = didYouMean(name, known);
  if (span === undefined || known.includes(name)) return meant;
  return `${meant === '' ? ';' : meant} the window plan has no window over ${span}: bring one that has into force with "weir windows rebuild --plan", then publish this`;
}
