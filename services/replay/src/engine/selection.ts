import { isPseudonymOf } from '@weir/contracts';
import type { Decision } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayPlan } from '@weir/replays';
import type { OpenedRecord } from './open-log.ts';

/** Which records of a range a plan is about. All parts of a filter have to hold. */
export type Selection = {
  /** By what stands in clear: key and headers. */
  readonly byHeaders: (record: KafkaRecord) => boolean;
  /** By what the journal says. */
  readonly byJournal: (decision: Decision) => boolean;
  /** Whether the content decides too, so that a record has to be opened to know. */
  readonly looksAtContent: boolean;
  readonly byContent: (decoded: OpenedRecord['decoded']) => boolean;
};

/** The account a record is about by its key; undefined where the key is none. */
export function accountOf({ key }: KafkaRecord): string | undefined {
  const account = key === null ? '' : key.toString('utf8');
  return isPseudonymOf('account', account) ? account : undefined;
}

export function createSelection({ filter, range }: Pick<ReplayPlan, 'filter' | 'range'>): Selection {
  const accounts = setOf(filter.accounts);
  const transactions = setOf(filter.transactions);
  const outcomes = setOf<string>(filter.outcomes);
  const sources = setOf(filter.sources);
  const rules = setOf(filter.rules);
  const { amountFromMinor, amountToMinor } = filter;
  const [fromMs, toMs] =
    range.by === 'eventTime' ? [Date.parse(range.from), Date.parse(range.to)] : [-Infinity, Infinity];
  const looksAtContent =
    range.by === 'eventTime' ||
    [sources, amountFromMinor, amountToMinor].some((narrowing) => narrowing !== undefined);
  return {
    byHeaders: (record) => {
      if (accounts !== undefined && !accounts.has(accountOf(record) ?? '')) return false;
      return transactions === undefined || transactions.has(record.headers['ce_id']?.toString('utf8') ?? '');
    },
    byJournal: (decision) => {
      if (outcomes !== undefined && !outcomes.has(decision.outcome)) return false;
      if (rules === undefined) return true;
      return 'reasons' in decision && decision.reasons.some((rule) => rules.has(rule));
    },
    looksAtContent,
    byContent: (decoded) => {
      if (!looksAtContent) return true;
      if (decoded.kind !== 'transaction') return false;
      const { content, eventTimeMs } = decoded.transaction;
      return (
        (sources === undefined || sources.has(content.source)) &&
        content.amountMinor >= (amountFromMinor ?? 0) &&
        content.amountMinor <= (amountToMinor ?? Infinity) &&
        eventTimeMs >= fromMs &&
        eventTimeMs < toMs
      );
    },
  };
}

const setOf = <One>(list: readonly One[] | undefined): ReadonlySet<One> | undefined =>
  list === undefined ? undefined : new Set(list);
