import { isDeepStrictEqual } from 'node:util';
import type { ControlEntry, History, Violation } from '../../history-checks/history.ts';

type Activated = Extract<ControlEntry['said'], { kind: 'artefact_activated' }>;
type Told = { readonly offset: number; readonly said: Activated };

/**
 * Once nothing is under way any more each partition has been told every activation: in their order, none passed
 * over, each saying the same everywhere, up to the same last one, by which each decides. One that is told again
 * changes nothing.
 */
export function checkActivations({ log, journal }: Pick<History, 'log' | 'journal'>): Violation[] {
  const told = Map.groupBy(
    log.flatMap((entry) =>
      entry.kind === 'control' && entry.said.kind === 'artefact_activated'
        ? [{ partition: entry.partition, offset: entry.offset, said: entry.said }]
        : [],
    ),
    ({ partition }) => partition,
  );
  const meanings = new Map<number, Activated>();
  const orders = [...told].flatMap(([partition, entries]) =>
    checkOrder(
      partition,
      entries.toSorted((a, b) => a.offset - b.offset),
      meanings,
    ),
  );
  const last = Math.max(0, ...meanings.keys());
  return [...orders, ...checkLast(journal, last)];
}

function checkOrder(
  partition: number,
  entries: readonly Told[],
  meanings: Map<number, Activated>,
): Violation[] {
  let known: number | undefined;
  return entries.flatMap(({ offset, said }): Violation[] => {
    const { sequence } = said;
    const meant = meanings.get(sequence) ?? said;
    meanings.set(sequence, meant);
    const expected = known === undefined ? sequence : known + 1;
    known = Math.max(known ?? 0, sequence);
    const found = [
      ...(isDeepStrictEqual(meant, said) ? [] : [`activation ${sequence} says something else elsewhere`]),
      ...(sequence <= expected ? [] : [`activation ${sequence} stands behind ${expected - 1}`]),
    ];
    return found.map((one) => violation(partition, offset, one));
  });
}

function checkLast(journal: History['journal'], last: number): Violation[] {
  const partitions = Map.groupBy(journal, ({ partition }) => partition);
  return [...partitions].flatMap(([partition, entries]): Violation[] => {
    const { to, sequence } = entries.reduce((latest, one) => (one.to > latest.to ? one : latest));
    if (sequence >= last) return [];
    return [violation(partition, to - 1, `it decides by activation ${sequence}, the last one is ${last}`)];
  });
}

const violation = (partition: number, offset: number, found: string): Violation => ({
  ...{ rule: 'every_partition_told', damage: 'conflicting', partition, offset },
  found,
});
