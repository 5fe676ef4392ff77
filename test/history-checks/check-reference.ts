import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '@weir/contracts';
import { placeKey, placeOf } from './history.ts';
import type { History, Violation } from './history.ts';

/**
 * The decisions are those of an undisturbed run over the same log: outcome,
 * score, features and digest of every offset. `upTo` is how far that run has
 * read each partition.
 */
export function checkReference(
  history: Pick<History, 'journal'>,
  reference: Pick<History, 'journal'>,
  upTo: ReadonlyMap<number, number>,
): Violation[] {
  const ours = decisionsOf(history, upTo);
  const theirs = decisionsOf(reference, upTo);
  const places = new Set([...ours.keys(), ...theirs.keys()]);
  return [...places].flatMap((place): Violation[] => {
    const [mine, other] = [ours.get(place), theirs.get(place)];
    if (isDeepStrictEqual(mine, other)) return [];
    const found = `${describe(mine)} instead of ${describe(other)}`;
    return [{ rule: 'same_as_undisturbed', damage: 'conflicting', ...placeOf(place), found }];
  });
}

function decisionsOf(
  { journal }: Pick<History, 'journal'>,
  upTo: ReadonlyMap<number, number>,
): Map<number, Decision> {
  return new Map(
    journal.flatMap(({ partition, decisions }) =>
      decisions
        .filter(({ offset }) => offset < (upTo.get(partition) ?? 0))
        .map((decision) => [placeKey(partition, decision.offset), decision] as const),
    ),
  );
}

function describe(decision: Decision | undefined): string {
  if (decision === undefined) return 'no decision';
  return 'digest' in decision ? `${decision.outcome} ${decision.digest.slice(0, 12)}` : decision.outcome;
}
