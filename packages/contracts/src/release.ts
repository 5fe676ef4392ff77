import { z } from 'zod';
import { instant, offset, partitionNumber, pseudonym, slug } from './fields.ts';
import { transaction } from './transaction.ts';
import { verdict } from './verdict.ts';

const people = {
  requestedBy: slug.describe('The name of the token that asked for it'),
  approvedBy: slug
    .optional()
    .describe('The name of a second token; missing where the amount is so small that one is enough'),
  approvedAt: instant,
};

const twoPeople = {
  check: ({ requestedBy, approvedBy }: { requestedBy: string; approvedBy?: string | undefined }) =>
    requestedBy !== approvedBy,
  message: 'a release is approved by someone other than who asked for it',
};

/** An approved request to release one held transaction. Detection alone acts on it, at most once per transaction. */
export const release = z
  .strictObject({
    tenant: slug,
    transactionIdentity: pseudonym,
    sourcePartition: partitionNumber,
    sourceOffset: offset,
    heldOffset: offset.describe('Where it stands on the held topic, in the partition of the same number'),
    ...people,
  })
  .refine(twoPeople.check, { message: twoPeople.message })
  .describe('An approved request to release a held transaction');
export type Release = z.infer<typeof release>;

/**
 * A transaction that was held, and that people let go. `releaseOffset` only grows per partition among the
 * events of this type: a reader drops repeats by it.
 */
export const releasedTransaction = z
  .strictObject({
    transaction,
    verdict: verdict.extend({ outcome: z.literal('held') }),
    release: z.strictObject(people),
    sourcePartition: partitionNumber,
    sourceOffset: offset,
    releaseOffset: offset,
  })
  .describe('A held transaction that was released');
export type ReleasedTransaction = z.infer<typeof releasedTransaction>;
