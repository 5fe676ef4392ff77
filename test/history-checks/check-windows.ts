import { placeKey, reached } from './history.ts';
import type { History, JournalEntry, LogTransaction, PlacesByPartition, Violation } from './history.ts';
import type { HistoryIndex } from './index-history.ts';
import { isVisible, latestObservation, naiveRecord, naiveWindows } from './naive-windows.ts';
import type { NaivePlan, NaiveRecord } from './naive-windows.ts';

/** What the store holds, by partition and account pseudonym. */
export type StoredWindows = ReadonlyMap<number, ReadonlyMap<string, readonly NaiveRecord[]>>;

/** The remembered transactions of each account, in the order of the log, by `partition account`. */
export type RememberedAccounts = ReadonlyMap<string, readonly LogTransaction[]>;

const accountKey = (partition: number, account: string): string => `${partition} ${account}`;

/**
 * Which transactions of the log the windows take in: each that isn't a repeat or
 * a contradiction of an earlier one. Of what was judged before only `earlier`
 * is known.
 */
export function rememberedAccounts(
  { log, judgeFrom }: Pick<History, 'log' | 'judgeFrom'>,
  index: HistoryIndex,
  earlier: RememberedAccounts = new Map(),
): RememberedAccounts {
  const remembered = log
    .filter((entry) => entry.kind === 'transaction')
    .filter((entry) => reached(judgeFrom, entry))
    .filter(({ partition, offset }) => index.expected.get(placeKey(partition, offset))?.kind === 'verdict')
    .toSorted((a, b) => a.offset - b.offset);
  const accounts = new Map(earlier);
  const added = Map.groupBy(remembered, ({ partition, account }) => accountKey(partition, account));
  for (const [key, transactions] of added) accounts.set(key, [...(earlier.get(key) ?? []), ...transactions]);
  return accounts;
}

/**
 * The windows that verdicts were made from, as the journal tells them, equal a
 * brute-force recomputation over the log, integer for integer. Only decisions
 * from `from` on are recomputed.
 */
export function checkJudgedWindows(
  accounts: RememberedAccounts,
  journal: readonly JournalEntry[],
  plan: NaivePlan,
  from: PlacesByPartition = new Map(),
): Violation[] {
  const features = new Map<number, Readonly<Record<string, number | null>>>();
  for (const { partition, featureNames, decisions } of journal) {
    for (const decision of decisions) {
      if (!('features' in decision) || !reached(from, { partition, offset: decision.offset })) continue;
      const named = Object.fromEntries(featureNames.map((name, at) => [name, decision.features[at] ?? null]));
      features.set(placeKey(partition, decision.offset), named);
    }
  }
  const violations: Violation[] = [];
  for (const transactions of accounts.values()) {
    const records = transactions.map(naiveRecord);
    transactions.forEach(({ partition, offset }, at) => {
      const judged = features.get(placeKey(partition, offset));
      const record = records[at];
      if (judged === undefined || record === undefined) return;
      const windows = naiveWindows(record, records.slice(0, at), plan);
      const wrong = Object.keys(windows).filter((name) => judged[name] !== windows[name]);
      if (wrong.length > 0)
        violations.push({
          rule: 'windows_judged_by',
          damage: 'conflicting',
          partition,
          offset,
          found: `${wrong.slice(0, 3).join(', ')} differ: ${wrong
            .slice(0, 3)
            .map((name) => `${judged[name]} instead of ${windows[name]}`)
            .join(', ')}`,
        });
    });
  }
  return violations;
}

/**
 * What the store holds of each account is what the log says, field by field.
 * Records that nothing sees any more may be there or not.
 */
export function checkStoredWindows(
  accounts: RememberedAccounts,
  stored: StoredWindows,
  plan: NaivePlan,
): Violation[] {
  const violations: Violation[] = [];
  for (const [key, transactions] of accounts) {
    const [partition, account] = key.split(' ') as [string, string];
    const expected = transactions.map(naiveRecord);
    const held = stored.get(Number(partition))?.get(account) ?? [];
    violations.push(...compareAccount(Number(partition), expected, held, plan));
  }
  for (const [partition, held] of stored) {
    for (const [account, records] of held) {
      if (accounts.has(accountKey(partition, account)) || records.length === 0) continue;
      const offset = records[0]?.offset ?? 0;
      violations.push({
        ...stray,
        partition,
        offset,
        found: `${records.length} records of an account the log doesn't have`,
      });
    }
  }
  return violations;
}

const stray = { rule: 'windows_stored', damage: 'conflicting' } as const;

function compareAccount(
  partition: number,
  expected: readonly NaiveRecord[],
  held: readonly NaiveRecord[],
  plan: NaivePlan,
): Violation[] {
  const latest = latestObservation(expected);
  const byOffset = new Map(expected.map((record) => [record.offset, record]));
  const heldOffsets = new Set(held.map(({ offset }) => offset));
  const violation = (offset: number, found: string): Violation => ({ ...stray, partition, offset, found });
  return [
    ...expected
      .filter((record) => isVisible(record, latest, plan) && !heldOffsets.has(record.offset))
      .map(({ offset }) => violation(offset, 'the store has lost its record')),
    ...held.flatMap((record, at) => {
      const same = byOffset.get(record.offset);
      if (same === undefined)
        return [violation(record.offset, 'the store has a record of it, the windows take none in')];
      if (record.offset <= (held[at - 1]?.offset ?? -1))
        return [violation(record.offset, 'its record stands out of order, or twice')];
      const wrong = (Object.keys(same) as (keyof NaiveRecord)[]).filter(
        (field) => record[field] !== same[field],
      );
      return wrong.length === 0
        ? []
        : [violation(record.offset, `its record differs in ${wrong.join(', ')}`)];
    }),
  ];
}
