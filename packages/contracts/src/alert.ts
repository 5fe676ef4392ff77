import { z } from 'zod';
import { instant, offset, partitionNumber, pseudonym, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { reason, severity } from './verdict.ts';

/** The ways an alert can go to people and their systems. */
export const deliveryChannels = ['mail', 'webhook'] as const;
export type DeliveryChannel = (typeof deliveryChannels)[number];

const revision = {
  alertId: sha256Hex.describe('Hash of tenant, account and first transaction; never of a ruleset version'),
  revision: z.int().min(1),
  severity,
  deliveries: z.array(z.strictObject({ channel: z.enum(deliveryChannels), deliveryKey: z.string() })),
};

/** One revision of an alert. What holds for it is said whole: a reader needs no earlier revision. */
export const alert = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('unusual_transactions'),
      ...revision,
      tenant: slug,
      accountPseudonym: pseudonym,
      transactionIds: z.array(z.string()).min(1),
      verdict: z
        .enum(['held', 'cleared'])
        .optional()
        .describe(
          'Whether it waits, or went through and is worth a look; absent from earlier releases: held',
        ),
      score,
      reasons: z.array(reason),
      firstEventTime: instant,
      sourcePartition: partitionNumber,
      sourceOffset: offset,
    }),
    z.strictObject({
      kind: z.literal('refused_record'),
      ...revision,
      code: z.enum(rejectionCodes),
      topic: z.string(),
      partition: partitionNumber,
      offset,
    }),
  ])
  .describe('A revision of an alert');
export type Alert = z.infer<typeof alert>;
