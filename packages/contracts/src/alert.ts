import { z } from 'zod';
import { instant, offset, partitionNumber, pseudonym, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';
import { reason, severity } from './verdict.ts';

/** The kinds of ways an alert can go to people and their systems. */
export const deliveryChannels = ['mail', 'webhook', 'slack', 'teams', 'pagerduty', 'syslog', 'ocsf'] as const;
export type DeliveryChannel = (typeof deliveryChannels)[number];

/**
 * So many entries an alert has at most: its revision says all of them. One that is full ends its episode,
 * and what comes next opens another alert.
 */
export const mostAlertEntries = 500;

export const alertState = z.enum(['new', 'acknowledged', 'investigating', 'snoozed', 'closed']);
export const alertOutcome = z.enum(['true_positive', 'false_positive']);

/** Of revisions since alerts grow; earlier ones, about one transaction each, have none of these. */
const course = {
  state: alertState.optional(),
  snoozedUntil: instant.optional(),
  handledBy: slug.optional().describe('The name of the token that changed its state last'),
  outcome: alertOutcome.optional(),
  caseId: sha256Hex.optional().describe('The case it belongs to'),
  entryCount: z.int().min(1).max(mostAlertEntries).optional(),
  heldCount: z.int().min(0).optional().describe('How many of its transactions were held'),
  releasedCount: z.int().min(0).optional(),
  lastEventTime: instant.optional(),
  episodeEnded: z.boolean().optional().describe('Nothing joins it any more'),
  change: z
    .strictObject({
      at: instant,
      by: slug,
      action: z.string(),
      reason: z.string().max(500).optional().describe('As its author wrote it'),
      entry: z.string().optional(),
    })
    .optional()
    .describe('What made this revision'),
};

const revision = {
  alertId: sha256Hex.describe('Hash of tenant, account and first transaction; never of a ruleset version'),
  revision: z.int().min(1),
  severity,
  deliveries: z
    .array(z.strictObject({ channel: z.enum(deliveryChannels), deliveryKey: z.string() }))
    .optional()
    .describe('Of earlier releases, which told each revision at once'),
  ...course,
};

/** One revision of an alert. What holds for it is said whole: a reader needs no earlier revision. */
export const alert = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('unusual_transactions'),
      ...revision,
      tenant: slug,
      accountPseudonym: pseudonym,
      transactionIds: z.array(z.string()).min(1).max(mostAlertEntries).describe('In the order they joined'),
      entries: z
        .array(
          z.strictObject({
            identity: pseudonym,
            sourcePartition: partitionNumber,
            sourceOffset: offset,
            heldOffset: offset,
            verdict: z.enum(['held', 'cleared']),
            release: z.enum(['requested', 'approved']).optional(),
          }),
        )
        .max(mostAlertEntries)
        .optional()
        .describe('As many as there are transaction ids, in the same order'),
      totals: z
        .array(
          z.strictObject({
            currency: z.string(),
            creditDebitIndicator,
            transactions: z.int().min(1),
            amountMinor: z.int().min(0),
            largestMinor: z.int().min(0),
          }),
        )
        .optional(),
      verdict: z
        .enum(['held', 'cleared'])
        .optional()
        .describe(
          'Whether it waits, or went through and is worth a look; absent from earlier releases: held',
        ),
      score: score.describe('The highest'),
      reasons: z.array(reason).describe('Of the gravest transaction'),
      firstEventTime: instant,
      sourcePartition: partitionNumber.describe('Of the first transaction, as the offset is'),
      sourceOffset: offset,
    }),
    z.strictObject({
      kind: z.literal('refused_record'),
      ...revision,
      code: z.enum(rejectionCodes),
      topic: z.string(),
      partition: partitionNumber,
      offset,
      records: z
        .array(z.strictObject({ topic: z.string(), partition: partitionNumber, offset }))
        .max(mostAlertEntries)
        .optional()
        .describe('All of them, in the order they joined; the first is also named above'),
    }),
  ])
  .describe('A revision of an alert');
export type Alert = z.infer<typeof alert>;
