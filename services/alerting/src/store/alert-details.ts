import { mostAlertEntries, offset, partitionNumber, pseudonym, reason, WeirError } from '@weir/contracts';
import type { Reason } from '@weir/contracts';
import type { ReleaseState } from '@weir/alerts';
import { z } from 'zod';

/** A transaction of an alert as the alert's revisions name it, and its id as its sender wrote it. */
const detailedTransaction = z.strictObject({
  transactionId: z.string(),
  identity: pseudonym,
  sourcePartition: partitionNumber,
  sourceOffset: offset,
  heldOffset: offset,
  verdict: z.enum(['held', 'cleared']),
  release: z.enum(['requested', 'approved']).optional(),
});
export type DetailedTransaction = z.infer<typeof detailedTransaction>;

/**
 * The sealed part of an alert: what its revisions say beyond its row, in the order in which the entries
 * joined. So a revision is made from the row alone, without reading up to 500 entries and their evidence.
 */
const alertDetails = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('unusual_transactions'),
    transactions: z.array(detailedTransaction).max(mostAlertEntries),
    /** Of the gravest transaction. */
    reasons: z.array(reason),
  }),
  z.strictObject({
    kind: z.literal('refused_record'),
    records: z
      .array(z.strictObject({ topic: z.string(), partition: partitionNumber, offset }))
      .max(mostAlertEntries),
  }),
]);
export type AlertDetails = z.infer<typeof alertDetails>;

/** What one entry adds to the details of its alert. */
export type EntryDetails =
  | { readonly kind: 'transaction'; readonly transaction: DetailedTransaction; readonly reasons: Reason[] }
  | {
      readonly kind: 'refused';
      readonly record: { readonly topic: string; readonly partition: number; readonly offset: number };
    };

/** The details with further entries, in the order they joined. `gravest` is the alert's, by entry id. */
export function growDetails(
  details: AlertDetails | undefined,
  gravest: string,
  joined: readonly EntryDetails[],
): AlertDetails {
  const records = joined.flatMap((one) => (one.kind === 'refused' ? [one.record] : []));
  if (details?.kind === 'refused_record' || records.length > 0)
    return {
      kind: 'refused_record',
      records: [...(details?.kind === 'refused_record' ? details.records : []), ...records],
    };
  const added = joined.flatMap((one) => (one.kind === 'transaction' ? [one] : []));
  const gravestAdded = added.find(({ transaction }) => transaction.identity === gravest);
  return {
    kind: 'unusual_transactions',
    transactions: [...(details?.transactions ?? []), ...added.map(({ transaction }) => transaction)],
    reasons: gravestAdded?.reasons ?? details?.reasons ?? [],
  };
}

/** The details once one of the transactions is on its way out, or is asked to be. */
export const releaseInDetails = (
  details: AlertDetails,
  entryId: string,
  release: Exclude<ReleaseState, 'none'>,
): AlertDetails =>
  details.kind === 'refused_record'
    ? details
    : {
        ...details,
        transactions: details.transactions.map((one) =>
          one.identity === entryId ? { ...one, release } : one,
        ),
      };

export const encodeDetails = (details: AlertDetails): Buffer =>
  Buffer.from(JSON.stringify(alertDetails.parse(details)));

/**
 * Reads what `StoreColumns.open` gave. Throws WeirError store_other where it gave nothing: then the row is
 * not as alerting left it, and nothing may be told or written on the strength of it.
 */
export function decodeDetails(alertId: string, plaintext: Buffer | undefined): AlertDetails {
  if (plaintext === undefined)
    throw new WeirError('store_other', `the sealed part of alert ${alertId} can't be opened`);
  return alertDetails.parse(JSON.parse(plaintext.toString('utf8')));
}
