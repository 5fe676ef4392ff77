import type { FeatureValues, Rejection } from '@weir/contracts';
import type { Judge, Judgement } from '@weir/rules';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import type { AcceptedTransaction, Decoded } from './decode.ts';

/** A record that is in the windows of its account from its offset on. */
export type Joined = { readonly account: string; readonly record: WindowRecord };

/** What became of one record of the log. */
export type Decided =
  | (Judgement & {
      readonly kind: 'verdict';
      readonly offset: number;
      readonly transaction: AcceptedTransaction;
      readonly record: WindowRecord;
      readonly features: FeatureValues;
      /** What a team's own model said, or null where it failed; absent where none is asked. */
      readonly teamScore?: number | null;
    })
  | { readonly kind: 'duplicate'; readonly offset: number; readonly firstOffset: number }
  | {
      readonly kind: 'rejected';
      readonly offset: number;
      readonly rejection: Rejection;
      /** Where it could be read but not judged: it keeps its place in the windows all the same. */
      readonly joined?: Joined;
    }
  | { readonly kind: 'control'; readonly offset: number };

export type DecisionContext = {
  readonly judge: Judge['judge'];
  /** One for every account of the run. */
  readonly histories: { get(account: string): AccountHistory | undefined };
  readonly toRecord: (offset: number, transaction: AcceptedTransaction) => WindowRecord;
};

/** What a decided record leaves in the windows, if anything. */
export function joinedBy(decided: Decided): Joined | undefined {
  switch (decided.kind) {
    case 'verdict':
      return { account: decided.transaction.account, record: decided.record };
    case 'rejected':
      return decided.joined;
    case 'duplicate':
    case 'control':
      return undefined;
  }
}

/**
 * Decides a run of records in offset order. Each transaction is judged by the
 * records with smaller offsets and then joins them; so the outcome depends on
 * the log alone, not on where batches are cut. Changes only the histories.
 *
 * What joins depends on the log and the window plan, not on the judge: windows
 * can be rebuilt, and verified, without knowing any ruleset.
 */
export function decideBatch(decoded: readonly Decoded[], context: DecisionContext): Decided[] {
  return decoded.map((one) => decideOne(one, context));
}

function decideOne(decoded: Decoded, context: DecisionContext): Decided {
  return decoded.kind === 'transaction'
    ? decideTransaction(decoded.offset, decoded.transaction, context)
    : decideOther(decoded);
}

/** What becomes of a record that is no transaction. */
export function decideOther(decoded: Exclude<Decoded, { kind: 'transaction' }>): Decided {
  switch (decoded.kind) {
    case 'control':
      return { kind: 'control', offset: decoded.offset };
    case 'refused':
      return { kind: 'rejected', offset: decoded.offset, rejection: decoded.rejection };
  }
}

function decideTransaction(
  offset: number,
  transaction: AcceptedTransaction,
  context: DecisionContext,
): Decided {
  const { record, history, repeats } = place(offset, transaction, context);
  if (repeats !== undefined) return repeats;
  const judged = orFail(() => context.judge(record, transaction.account, history));
  history.append(record);
  if (judged !== undefined) return { kind: 'verdict', offset, transaction, record, ...judged };
  return failed(offset, transaction, record);
}

/** What becomes of a transaction that could be read but not judged. */
export const failed = (offset: number, { account }: AcceptedTransaction, record: WindowRecord): Decided => ({
  kind: 'rejected',
  offset,
  rejection: { code: 'processing_failed', path: '' },
  joined: { account, record },
});

/** Where a transaction stands among those before it; `repeats` is set where it doesn't join them. */
export function place(
  offset: number,
  transaction: AcceptedTransaction,
  { histories, toRecord }: Omit<DecisionContext, 'judge'>,
): {
  readonly record: WindowRecord;
  readonly history: AccountHistory;
  readonly repeats: Decided | undefined;
} {
  const record = toRecord(offset, transaction);
  const history = histories.get(transaction.account);
  if (history === undefined) throw new Error('a transaction without the history of its account');
  const first = history.find(record.identity);
  if (first === undefined) return { record, history, repeats: undefined };
  const repeats: Decided =
    first.digest === record.digest
      ? { kind: 'duplicate', offset, firstOffset: first.offset }
      : { kind: 'rejected', offset, rejection: { code: 'conflicting_duplicate', path: 'transactionId' } };
  return { record, history, repeats };
}

/**
 * Takes a run into the windows without judging it: what a rebuild, a verification
 * and a muted replay do. Answers the very records decideBatch would have joined.
 */
export function joinBatch(
  decoded: readonly Decoded[],
  context: Omit<DecisionContext, 'judge'>,
): readonly Joined[] {
  return decoded.flatMap((one) => {
    if (one.kind !== 'transaction') return [];
    const { record, history, repeats } = place(one.offset, one.transaction, context);
    if (repeats !== undefined) return [];
    history.append(record);
    return [{ account: one.transaction.account, record }];
  });
}

/**
 * A judge that throws would throw again on every attempt, for it is pure. Its
 * transaction is refused instead of blocking those behind it; it is never cleared.
 */
export function orFail<Judged>(judge: () => Judged): Judged | undefined {
  try {
    return judge();
  } catch {
    return undefined;
  }
}
