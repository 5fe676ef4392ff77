import { currencyOf } from '@weir/contracts';
import { placeKey, reached } from './history.ts';
import type { History, JournalEntry, LogTransaction, PlacesByPartition, Violation } from './history.ts';
import type { HistoryIndex } from './index-history.ts';
import { isSameFeature, naiveFeatures } from './naive-features.ts';
import type { NaiveSubject } from './naive-features.ts';
import { isVisible, latestObservation, naiveRecord } from './naive-windows.ts';
import type { NaivePlan, NaiveRecord } from './naive-windows.ts';

/** What the store holds, by partition and account pseudonym: every account it has, and nothing of one it calls damaged. */
export type StoredWindows = ReadonlyMap<number, ReadonlyMap<string, readonly NaiveRecord[]>>;

/** The remembered transactions of each account, in the order of the log, by `partition account`. */
export type RememberedAccounts = ReadonlyMap<string, readonly LogTransaction[]>;

/** The accounts of each of the first `partitions` partitions, by pseudonym. */
export const accountsByPartition = (accounts: RememberedAccounts, partitions: number): string[][] => {
  const byPartition: string[][] = Array.from({ length: partitions }, () => []);
  for (const name of accounts.keys()) {
    const [partition, account] = name.split(' ') as [string, string];
    byPartition[Number(partition)]?.push(account);
  }
  return byPartition;
};

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
 * What verdicts were made from, as the journal tells it, equals a brute-force
 * recomputation over the log: each feature there is, and none besides, whole
 * numbers to the last digit. Only decisions from `from` on are recomputed.
 */
export function checkJudgedWindows(
  accounts: RememberedAccounts,
  journal: readonly JournalEntry[],
  plans: readonly NaivePlan[],
  from: PlacesByPartition = new Map(),
): Violation[] {
  const judged = judgedFeatures(journal, from);
  const violations: Violation[] = [];
  for (const transactions of accounts.values()) {
    const records = transactions.map(naiveRecord);
    transactions.forEach(({ partition, offset, content }, at) => {
      const found = judged.get(placeKey(partition, offset));
      const record = records[at];
      if (found === undefined || record === undefined) return;
      const minorPerMajor = 10 ** (currencyOf(content.currency)?.exponent ?? 0);
      const subject = { record, before: records.slice(0, at), minorPerMajor };
      const wrong = wrongFeatures(found, subject, plans);
      if (wrong === undefined) return;
      violations.push({ rule: 'windows_judged_by', damage: 'conflicting', partition, offset, found: wrong });
    });
  }
  return violations;
}

/** What the journal says a verdict was made from, and under which plan. */
type JudgedFeatures = {
  readonly windowPlan: string;
  readonly isLearned: boolean;
  readonly names: readonly string[];
  readonly values: readonly (number | null)[];
};

function judgedFeatures(
  journal: readonly JournalEntry[],
  from: PlacesByPartition,
): ReadonlyMap<number, JudgedFeatures> {
  const judged = new Map<number, JudgedFeatures>();
  for (const { partition, versions, featureNames: names, decisions } of journal) {
    const { windowPlan, model } = versions;
    const isLearned = model !== undefined;
    for (const decision of decisions) {
      if (!('features' in decision) || !reached(from, { partition, offset: decision.offset })) continue;
      judged.set(placeKey(partition, decision.offset), {
        ...{ windowPlan, isLearned, names },
        values: decision.features,
      });
    }
  }
  return judged;
}

/** What was learned of counterparties and accounts: nothing, where there is no model. */
const risk = /^(?:counterparty(?:Fraud|Last|Unexplained|Genuine)|account(?:Last|Frauds))/;

/** What a model has a part in. Its own tests say which; here only the account's own windows are recomputed. */
const learnedOf =
  /^(?:amountRobustZ$|velocitySurprise_|daySumSurprise$|amountPeerZ$|restOfDayZ$|peakOverTypical_)/;

const shownDifferences = 3;

/** What is wrong with them in words, or undefined. */
function wrongFeatures(
  { windowPlan, isLearned, names, values }: JudgedFeatures,
  subject: NaiveSubject,
  plans: readonly NaivePlan[],
): string | undefined {
  const plan = plans.find(({ ref }) => ref === windowPlan);
  if (plan === undefined) return `it was decided under ${windowPlan}, which is no plan of this log`;
  if (new Set(names).size !== names.length || names.length !== values.length)
    return `it has ${values.length} features under ${names.length} names`;
  const expected = naiveFeatures(subject, plan);
  const judged = Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
  const wrong = [...new Set([...Object.keys(expected), ...names])]
    .filter((name) => !isLearned || !(risk.test(name) || learnedOf.test(name)))
    .filter((name) => !isSameFeature(name, judged[name], risk.test(name) ? null : expected[name]));
  if (wrong.length === 0) return undefined;
  const shown = wrong.slice(0, shownDifferences);
  return shown.map((name) => `${name} is ${judged[name]} instead of ${expected[name]}`).join(', ');
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
      if (accounts.has(accountKey(partition, account))) continue;
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
