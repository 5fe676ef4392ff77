import { instant, offset, partitionNumber, pseudonym, sha256Hex, transaction } from '@weir/contracts';
import { z } from 'zod';

/** A record of the range, by its place in the log, and by what the manifest has of it. */
const recordOfRange = { partition: partitionNumber, offset, at: instant, sha256: sha256Hex };

/** A line of transactions.ndjson: what the log has at each place that the manifest names. */
export const caseTransaction = z.discriminatedUnion('kind', [
  z.strictObject({
    ...recordOfRange,
    kind: z.literal('transaction'),
    id: pseudonym,
    account: pseudonym,
    transaction,
  }),
  z
    .strictObject({ ...recordOfRange, kind: z.literal('unreadable'), code: z.string().min(1).max(64) })
    .describe('One that can not be opened any more, or is no transaction'),
]);
export type CaseTransaction = z.infer<typeof caseTransaction>;

/** What a line of verdicts.ndjson has to say for a verifier; what else there is explains it. */
export const caseVerdict = z.looseObject({
  partition: partitionNumber,
  offset,
  account: pseudonym.nullable(),
  outcome: z.enum(['cleared', 'held', 'duplicate', 'rejected', 'control', 'unknown']),
});
