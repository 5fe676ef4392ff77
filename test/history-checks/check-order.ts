import type { History, PublishedVerdict, Violation } from './history.ts';

/**
 * Verdicts of one partition and kind stand in the order of the log, each source
 * offset above the one before: so a reader drops repeats by comparing one
 * number. With it every account's verdicts are in order, too.
 */
export function checkVerdictOrder({ published }: History): Violation[] {
  const violations: Violation[] = [];
  const last = new Map<string, number>();
  for (const one of published.toSorted((a, b) => a.offset - b.offset)) {
    const stream = `${one.outcome} ${one.partition}`;
    const before = last.get(stream) ?? -1;
    if (one.sourceOffset <= before) violations.push(outOfOrder(one, before));
    last.set(stream, Math.max(before, one.sourceOffset));
  }
  return violations;
}

const outOfOrder = (
  { outcome, partition, offset, sourceOffset }: PublishedVerdict,
  before: number,
): Violation => ({
  rule: 'verdict_order',
  damage: 'conflicting',
  partition,
  offset,
  found: `a ${outcome} record about ${sourceOffset} stands behind one about ${before}`,
});
