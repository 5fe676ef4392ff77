import { featureEntryOf } from '@weir/scoring';
import { didYouMean } from './nearest-name.ts';

/** What to do about a name that nothing has: the one it may have been meant to be, and where a window is missing, how to get it. */
export function nameHint(name: string, known: readonly string[]): string {
  const span = featureEntryOf(name)?.span;
  const meant = didYouMean(name, known);
  if (span === undefined) return meant;
  const first = `bring a window plan with a window over ${span} into force first ("weir windows rebuild --plan")`;
  return meant === '' ? `; ${first}` : `${meant} Otherwise ${first}`;
}
