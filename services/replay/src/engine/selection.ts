import { flaggedIdentity, isPseudonymOf, releasedIdentity } from '@weir/contracts';
import type { Decision } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayPlan } from '@weir/replays';
import type { Decoded } from '@weir/verdicts';
import type { OpenedRecord } from './open-log.ts';

type DecodedTransaction = Extract<Decoded, { kind: 'transaction' }>['transaction'];

/** Which records of a range a plan is about. All parts of a filter have to hold. */
export type Selection = {
  /** By what stands in clear: key and headers. */
  readonly byHeaders: (record: KafkaRecord) => boolean;
  /** By what the journal says. */
  readonly byJournal: (decision: Decision) => boolean;
  /** Whether the content decides too, so that a record has to be opened to know. */
  readonly looksAtContent: boolean;
  readonly byContent: (decoded: OpenedRecord['decoded']) => boolean;
  readonly byTransaction: (transaction: Pick<DecodedTransaction, 'content' | 'eventTimeMs'>) => boolean;
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
  const byTransaction: Selection['byTransaction'] = ({ content, eventTimeMs }) =>
    (sources === undefined || sources.has(content.source)) &&
    content.amountMinor >= (amountFromMinor ?? 0) &&
    content.amountMinor <= (amountToMinor ?? Infinity) &&
    eventTimeMs >= fromMs &&
    eventTimeMs < toMs;
  return {
    byHeaders: (record) => {
      if (accounts !== undefined && !accounts.has(accountOf(record) ?? '')) return false;
      return transactions === undefined || transactions.has(identityOf(record));
    },
    byJournal: (decision) => {
      if (outcomes !== undefined && !outcomes.has(decision.outcome)) return false;
      if (rules === undefined) return true;
      return 'reasons' in decision && decision.reasons.some((rule) => rules.has(rule));
    },
    looksAtContent,
    byTransaction,
    byContent: (decoded) =>
      !looksAtContent || (decoded.kind === 'transaction' && byTransaction(decoded.transaction)),
  };
}

/** The transaction a record is about by its event's id: a release and a flag have ids of their own made of it. */
function identityOf({ headers }: KafkaRecord): string {
  const id = headers['ce_id']?.toString('utf8') ?? '';
  return releasedIdentity(id) ?? flaggedIdentity(id) ?? id;
}

const setOf = <One>(list: readonly One[] | undefined): ReadonlySet<One> | undefined =>
  list === undefined ? undefined : new Set(list);
