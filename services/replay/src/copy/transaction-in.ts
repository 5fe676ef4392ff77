import { decodePayload, events } from '@weir/contracts';
import type { Transaction, Verdict } from '@weir/contracts';
import type { CopiedRecord } from './copy-target.ts';

/** The transaction that an opened record is about, and the verdict that stands beside it. */
export type TransactionIn = {
  readonly content: Transaction;
  readonly verdict?: Verdict;
  /** Where the transaction stands in the log, of a record that is none of the log's own. */
  readonly source?: { readonly partition: number; readonly offset: number };
};

const withVerdict = [
  events.transactionCleared,
  events.transactionHeld,
  events.transactionFlagged,
  events.transactionReleased,
] as const;

/** Undefined for a record that holds no transaction, or not as its contract has it. */
export function transactionIn({
  attributes,
  plaintext,
}: NonNullable<CopiedRecord['opened']>): TransactionIn | undefined {
  if (attributes.type === events.transactionReceived.type) {
    const payload = decodePayload(events.transactionReceived, plaintext);
    return payload.ok ? { content: payload.value } : undefined;
  }
  const event = withVerdict.find(({ type }) => type === attributes.type);
  const payload = event === undefined ? undefined : decodePayload<(typeof event)['schema']>(event, plaintext);
  if (payload?.ok !== true) return undefined;
  const { transaction, verdict, sourcePartition, sourceOffset } = payload.value;
  return { content: transaction, verdict, source: { partition: sourcePartition, offset: sourceOffset } };
}
