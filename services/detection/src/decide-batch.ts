import type { Evidence, FeatureValues, Rejection, Verdict } from '@weir/contracts';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import type { AcceptedTransaction, Decoded } from './decode.ts';

/** What became of one record of the log. */
export type Decided =
  | {
      readonly kind: 'verdict';
      readonly offset: number;
      readonly transaction: AcceptedTransaction;
      readonly record: WindowRecord;
      readonly verdict: Verdict;
      readonly features: FeatureValues;
      /** Only for a held transaction: what a person needs to understand it. */
      readonly evidence: Evidence | undefined;
    }
  | { readonly kind: 'duplicate'; readonly offset: number; readonly firstOffset: number }
  | { readonly kind: 'rejected'; readonly offset: number; readonly rejection: Rejection }
  | { readonly kind: 'control'; readonly offset: number };

/** The pure decision over one transaction: its features from the history before it, and the verdict they lead to. */
export type Judge = (
  record: WindowRecord,
  history: AccountHistory,
) => { readonly verdict: Verdict; readonly features: FeatureValues; readonly evidence: Evidence | undefined };

export type DecisionContext = {
  readonly judge: Judge;
  /** One for every account of the run. */
  readonly histories: ReadonlyMap<string, AccountHistory>;
  readonly toRecord: (offset: number, transaction: AcceptedTransaction) => WindowRecord;
};

/**
 * Decides a run of records in offset order. Each transaction is judged by the
 * records with smaller offsets and then joins them; so the outcome depends on
 * the log alone, not on where batches are cut. Changes only the histories.
 */
export function decideBatch(decoded: readonly Decoded[], context: DecisionContext): Decided[] {
  return decoded.map((one) => decideOne(one, context));
}

function decideOne(decoded: Decoded, context: DecisionContext): Decided {
  switch (decoded.kind) {
    case 'control':
      return { kind: 'control', offset: decoded.offset };
    case 'refused':
      return { kind: 'rejected', offset: decoded.offset, rejection: decoded.rejection };
    case 'transaction':
      return decideTransaction(decoded.offset, decoded.transaction, context);
  }
}

function decideTransaction(
  offset: number,
  transaction: AcceptedTransaction,
  context: DecisionContext,
): Decided {
  const record = context.toRecord(offset, transaction);
  const history = context.histories.get(transaction.account);
  if (history === undefined) throw new Error('a transaction without the history of its account');
  const first = history.find(record.identity);
  if (first !== undefined) {
    return first.digest === record.digest
      ? { kind: 'duplicate', offset, firstOffset: first.offset }
      : { kind: 'rejected', offset, rejection: { code: 'conflicting_duplicate', path: 'transactionId' } };
  }
  const judged = judgeOrFail(record, history, context.judge);
  if (judged === undefined)
    return { kind: 'rejected', offset, rejection: { code: 'processing_failed', path: '' } };
  history.append(record);
  return { kind: 'verdict', offset, transaction, record, ...judged };
}

/**
 * A judge that throws would throw again on every attempt, for it is pure. Its
 * transaction is refused instead of blocking those behind it; it is never cleared.
 */
function judgeOrFail(
  record: WindowRecord,
  history: AccountHistory,
  judge: Judge,
): ReturnType<Judge> | undefined {
  try {
    return judge(record, history);
  } catch {
    return undefined;
  }
}
