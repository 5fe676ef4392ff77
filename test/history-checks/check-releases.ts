import { placeKey, reached } from './history.ts';
import type { History, Violation } from './history.ts';

/**
 * A transaction is released only after it was held, only by an approval, and
 * only once. One that was held before the history begins is left to a look at
 * all of it.
 */
export function checkReleases({ start, published, approvals }: History): Violation[] {
  const held = new Set(
    published
      .filter(({ outcome }) => outcome === 'held')
      .map(({ sourcePartition, sourceOffset }) => placeKey(sourcePartition, sourceOffset)),
  );
  const approved = new Set(
    approvals.map(({ sourcePartition, sourceOffset }) => placeKey(sourcePartition, sourceOffset)),
  );
  const released = new Set<number>();
  const violations: Violation[] = [];
  const judged = published.filter(
    ({ outcome, sourcePartition, sourceOffset }) =>
      outcome === 'released' && reached(start, { partition: sourcePartition, offset: sourceOffset }),
  );
  for (const one of judged) {
    const key = placeKey(one.sourcePartition, one.sourceOffset);
    const found = (rule: string, damage: Violation['damage'], text: string): void => {
      violations.push({
        rule,
        damage,
        partition: one.sourcePartition,
        offset: one.sourceOffset,
        found: text,
      });
    };
    if (!held.has(key)) found('released_was_held', 'conflicting', 'released and never held');
    if (!approved.has(key)) found('released_was_approved', 'conflicting', 'released without an approval');
    if (released.has(key)) found('released_once', 'doubled', 'released twice');
    released.add(key);
  }
  return violations;
}
