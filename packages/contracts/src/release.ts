import { z } from 'zod';
import { instant, offset, partitionNumber, pseudonym, slug } from './fields.ts';

/** An approved request to release one held transaction. Detection alone acts on it, at most once per transaction. */
export const release = z
  .strictObject({
    tenant: slug,
    transactionIdentity: pseudonym,
    sourcePartition: partitionNumber,
    sourceOffset: offset,
    requestedBy: slug,
    approvedBy: slug,
    approvedAt: instant,
  })
  .refine((request) => request.requestedBy !== request.approvedBy, {
    message: 'a release is approved by someone other than who asked for it',
  })
  .describe('An approved request to release a held transaction');
export type Release = z.infer<typeof release>;
