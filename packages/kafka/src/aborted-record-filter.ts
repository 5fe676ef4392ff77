/** What the filter reads of a record that kafkajs has decoded. */
export type FetchedRecord = {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

/** One entry of a fetch answer's list of aborted transactions. */
export type AbortedTransaction = { readonly producerId: string; readonly firstOffset: string };

// The control record type follows two bytes of version and is 0 for an abort:
// https://kafka.apache.org/documentation/#controlbatch
const isAbortMarker = ({ key, isControlRecord }: FetchedRecord): boolean =>
  isControlRecord && key !== null && key.length === 4 && key.readInt16BE(2) === 0;

/**
 * Drops the records of aborted transactions; used in place of kafkajs's own filter.
 *
 * kafkajs starts at most one aborted transaction per record, so a fetch that
 * begins inside two overlapping ones delivers records that were never committed.
 * It also ends a transaction at any record whose key happens to be four zero
 * bytes. Both break read_committed, so the filter is replaced.
 */
export const filterAbortedRecords = <R extends FetchedRecord>(fetched: {
  readonly messages: readonly R[];
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}): readonly R[] => {
  const waiting = [...(fetched.abortedTransactions ?? [])].sort((a, b) =>
    Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)),
  );
  if (waiting.length === 0) return fetched.messages;
  const aborted = new Set<string>();
  return fetched.messages.filter((record) => {
    for (let next = waiting[0]; next !== undefined && BigInt(record.offset) >= BigInt(next.firstOffset);) {
      aborted.add(String(next.producerId));
      waiting.shift();
      next = waiting[0];
    }
    const producerId = String(record.batchContext.producerId);
    if (isAbortMarker(record)) {
      aborted.delete(producerId);
      return true;
    }
    return !(record.batchContext.inTransaction && aborted.has(producerId));
  });
};
