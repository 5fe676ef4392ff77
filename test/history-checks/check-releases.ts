import { streams } from '@weir/contracts';
import { placeKey, reached } from './history.ts';
import type { Approval, History, PublishedVerdict, Violation } from './history.ts';

/**
 * A transaction is released only after it was held, only by an approval that
 * names it as it was held, and only once. And each such approval leads to exactly
 * that, by the first record of it; one that names nothing that was held is refused.
 * What was held before the history begins is left to a look at all of it.
 */
export function checkReleases(history: History): Violation[] {
  const held = heldByPlace(history);
  const judged = <Item extends Pick<Approval, 'sourcePartition' | 'sourceOffset'>>(items: readonly Item[]) =>
    items.filter(({ sourcePartition: partition, sourceOffset: offset }) =>
      reached(history.start, { partition, offset }),
    );
  const releases = judged(history.published.filter(({ outcome }) => outcome === 'released'));
  const approvals = judged(history.approvals);
  const first = new Map<number, Approval>();
  for (const approval of approvals.toSorted((a, b) => a.offset - b.offset)) {
    const key = keyOf(approval);
    if (isRight(approval, held.get(key)) && !first.has(key)) first.set(key, approval);
  }
  return [
    ...checkReleased(releases, held, first),
    ...checkApproved(history, releases, first),
    ...checkWrong(history, approvals, held),
  ];
}

const keyOf = ({
  sourcePartition,
  sourceOffset,
}: Pick<Approval, 'sourcePartition' | 'sourceOffset'>): number => placeKey(sourcePartition, sourceOffset);

const heldByPlace = ({ published }: History): ReadonlyMap<number, PublishedVerdict> =>
  new Map(published.filter(({ outcome }) => outcome === 'held').map((one) => [keyOf(one), one]));

/** Whether it says what detection wrote when it held the transaction, in its own partition. */
const isRight = (approval: Approval, held: PublishedVerdict | undefined): boolean =>
  held !== undefined &&
  approval.partition === held.partition &&
  approval.heldOffset === held.offset &&
  approval.identity === held.identity &&
  approval.account === held.account;

function checkReleased(
  releases: readonly PublishedVerdict[],
  held: ReadonlyMap<number, PublishedVerdict>,
  first: ReadonlyMap<number, Approval>,
): Violation[] {
  const released = new Set<number>();
  return releases.flatMap((one) => {
    const key = keyOf(one);
    const before = held.get(key);
    const found: Violation[] = [];
    if (before === undefined)
      found.push(violation('released_was_held', 'conflicting', one, 'released and never held'));
    else if (before.identity !== one.identity || before.account !== one.account)
      found.push(violation('released_was_held', 'conflicting', one, 'released as another transaction'));
    if (!first.has(key))
      found.push(violation('released_was_approved', 'conflicting', one, 'released without an approval'));
    else if (first.get(key)?.offset !== one.releaseOffset)
      found.push(violation('released_by_first', 'conflicting', one, 'released by a later approval'));
    if (released.has(key)) found.push(violation('released_once', 'doubled', one, 'released twice'));
    released.add(key);
    return found;
  });
}

/** Each was let go, unless its event can never be published. */
function checkApproved(
  history: History,
  releases: readonly PublishedVerdict[],
  first: ReadonlyMap<number, Approval>,
): Violation[] {
  const released = new Set(releases.map(keyOf));
  const failed = refusedAt(history, (code) => code === 'processing_failed');
  return [...first]
    .filter(([key, approval]) => !released.has(key) && !failed.has(placeOfRecord(approval)))
    .map(([, approval]) =>
      violation('approved_is_released', 'lost', approval, 'approved and never released'),
    );
}

/** A wrong one is refused, or repeats one that was. */
function checkWrong(
  history: History,
  approvals: readonly Approval[],
  held: ReadonlyMap<number, PublishedVerdict>,
): Violation[] {
  const refused = refusedAt(history, () => true);
  const known = new Set<string>();
  return approvals
    .toSorted((a, b) => a.offset - b.offset)
    .flatMap((approval) => {
      if (isRight(approval, held.get(keyOf(approval)))) return [];
      const { offset: _offset, ...claim } = approval;
      const name = JSON.stringify(claim);
      const isRepeated = known.has(name);
      known.add(name);
      return isRepeated || refused.has(placeOfRecord(approval))
        ? []
        : [
            violation(
              'wrong_approval_refused',
              'lost',
              approval,
              'it names nothing held, and was not refused',
            ),
          ];
    });
}

const placeOfRecord = ({ partition, offset }: Pick<Approval, 'partition' | 'offset'>): number =>
  placeKey(partition, offset);

const refusedAt = ({ rejected }: History, counts: (code: string) => boolean): ReadonlySet<number> =>
  new Set(
    rejected.flatMap(({ origin, code }) =>
      origin.kind === 'topic' && origin.topic === streams.releases.topic && counts(code)
        ? [placeKey(origin.partition, origin.offset)]
        : [],
    ),
  );

const violation = (
  rule: string,
  damage: Violation['damage'],
  { sourcePartition, sourceOffset }: Pick<Approval, 'sourcePartition' | 'sourceOffset'>,
  found: string,
): Violation => ({ rule, damage, partition: sourcePartition, offset: sourceOffset, found });
