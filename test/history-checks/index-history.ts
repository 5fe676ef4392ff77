import { streams } from '@weir/contracts';
import type { Decision, RejectionCode } from '@weir/contracts';
import { placeKey } from './history.ts';
import type { History, LogTransaction, PublishedVerdict, RejectedEntry } from './history.ts';

/** A history by the places of the log it speaks of. */
export type HistoryIndex = {
  readonly verdicts: ReadonlyMap<number, readonly PublishedVerdict[]>;
  readonly rejections: ReadonlyMap<number, readonly RejectedEntry[]>;
  readonly decisions: ReadonlyMap<number, readonly Decision[]>;
  /** What the log alone demands of each of its transactions. */
  readonly expected: ReadonlyMap<number, ExpectedOutcome>;
  /** By which code each record of a stranger has to be refused, where that is known. */
  readonly plantedCodes: ReadonlyMap<number, RejectionCode>;
};

export type ExpectedOutcome =
  /** `mayFail`: unless it is too large to be published. */
  | { readonly kind: 'verdict'; readonly mayFail: boolean }
  | { readonly kind: 'duplicate'; readonly firstOffset: number }
  | { readonly kind: 'conflict' };

export function indexHistory(history: History): HistoryIndex {
  return {
    verdicts: groupBy(history.published, (one) => placeKey(one.sourcePartition, one.sourceOffset)),
    rejections: groupBy(
      history.rejected.filter(
        ({ origin }) => origin.kind === 'topic' && origin.topic === streams.received.topic,
      ),
      ({ origin }) => (origin.kind === 'topic' ? placeKey(origin.partition, origin.offset) : -1),
    ),
    decisions: groupBy(
      history.journal.flatMap(({ partition, decisions }) =>
        decisions.map((decision) => ({ partition, decision })),
      ),
      ({ partition, decision }) => placeKey(partition, decision.offset),
      ({ decision }) => decision,
    ),
    expected: expectOutcomes(history.log.filter((entry) => entry.kind === 'transaction')),
    plantedCodes: new Map(
      history.planted.flatMap(({ partition, offset, code }) =>
        code === undefined ? [] : [[placeKey(partition, offset), code] as const],
      ),
    ),
  };
}

/**
 * The first record of an identity gets a verdict, the same said again is a
 * duplicate of it, anything else under its name a contradiction. That holds as
 * long as the first one is remembered, which the load takes care of. An identity
 * is one in whatever partition it stands: an account has a single one.
 */
function expectOutcomes(transactions: readonly LogTransaction[]): Map<number, ExpectedOutcome> {
  const firsts = new Map<string, LogTransaction>();
  const expected = new Map<number, ExpectedOutcome>();
  for (const entry of transactions.toSorted((a, b) => a.offset - b.offset)) {
    const name = `${entry.account} ${entry.identity}`;
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, entry);
    expected.set(
      placeKey(entry.partition, entry.offset),
      first === undefined
        ? { kind: 'verdict', mayFail: entry.mayBeTooLarge === true }
        : first.said === entry.said
          ? { kind: 'duplicate', firstOffset: first.offset }
          : { kind: 'conflict' },
    );
  }
  return expected;
}

function groupBy<Item, Kept = Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number,
  keep: (item: Item) => Kept = (item) => item as unknown as Kept,
): Map<number, Kept[]> {
  const groups = new Map<number, Kept[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [keep(item)]);
    else group.push(keep(item));
  }
  return groups;
}
