import type { History, PublishedVerdict, Violation } from './history.ts';

/**
 * Verdicts of one partition and kind stand in the order of the log, each source
 * offset above the one before: so a reader drops repeats by comparing one
 * number; of released ones, the offset of the approval. With it every account's verdicts are in order, too.
 */
export function checkVerdictOrder({ published }: History): Violation[] {
  const violations: Violation[] = [];
  const last = new Map<string, number>();
  for (const one of published.toSorted((a, b) => a.offset - b.offset)) {
    const stream = `${one.outcome} ${one.partition}`;
    const before = last.get(stream) ?? -1;
    if (growing(one) <= before) violations.push(outOfOrder(one, before));
    last.set(stream, Math.max(before, growing(one)));
  }
  return violations;
}

/** Releases come in the order in which people approved them. */
const growing = ({ sourceOffset, releaseOffset }: PublishedVerdict): number => releaseOffset ?? sourceOffset;

const outOfOrder = (one: PublishedVerdict, before: number): Violation => ({
  rule: 'verdict_order',
  damage: 'conflicting',
  partition: one.partition,
  offset: one.offset,
  found: `a ${one.outcome} record about ${growing(one)} stands behind one about ${before}`,
});
