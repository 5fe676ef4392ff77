import { differenceKinds } from '../judgement.ts';
import type { ReplayDifference } from '../judgement.ts';

/** A report shows so many differences one by one; nobody reads more, and all of them stand in their file. */
export const mostShown = 200;

/**
 * Picks the differences that a report shows, as they are handed in in the order of the log: the gravest first, of
 * each kind the first. Holds so many of each kind at most.
 */
export function createShownDifferences() {
  const byKind = new Map(differenceKinds.map((kind) => [kind, [] as ReplayDifference[]]));
  return {
    add(difference: ReplayDifference): void {
      const ofKind = byKind.get(difference.kind);
      if (ofKind !== undefined && ofKind.length < mostShown) ofKind.push(difference);
    },
    shown: (): ReplayDifference[] => [...byKind.values()].flat().slice(0, mostShown),
  };
}
