import { z } from 'zod';
import { alertOutcome, alertState } from './alert.ts';
import {
  artefactRef,
  instant,
  offset,
  partitionNumber,
  pseudonym,
  score,
  sha256Hex,
  slug,
} from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';
import { historyState, severity } from './verdict.ts';

const place = z.strictObject({ topic: z.string(), partition: partitionNumber, offset });

/** What may come next, so that a receiver knows when silence means that something is wrong. */
const next = z.strictObject({
  why: z.enum(['update', 'reminder', 'escalation', 'digest']),
  at: instant.describe('An update comes then at the earliest, and only if something is new'),
  receivers: z.array(z.string()).describe('Ids of the receivers that are told then'),
});

const transaction = z.strictObject({
  transactionId: z
    .string()
    .describe('As its sender wrote it; replaced by a remark where it holds an account number or a name'),
  verdict: z.enum(['held', 'cleared']).describe('Whether it waits, or went through and is worth a look'),
  released: z.boolean().describe('It was held, and people have let it go'),
  account: z.string().describe('Masked: two letters of the country and the last four characters'),
  counterparty: z.string().optional().describe('Masked; missing where the sender named none'),
  amountMinor: z.int().describe('In minor units of the currency, never negative'),
  currency: z.string(),
  creditDebitIndicator,
  eventTime: instant,
  score,
  ruleset: artefactRef,
  model: artefactRef.optional().describe('What was learned from outcomes, where that was in force'),
  summary: z
    .string()
    .optional()
    .describe(
      'What the score rests on in one line, the most important first; missing where rules alone decide',
    ),
  historyState: historyState.optional(),
  reasons: z
    .array(
      z.strictObject({
        rule: z.string().describe('Of a rule of the ruleset, a group of features, or a built-in reason'),
        severity,
        contribution: score
          .optional()
          .describe('What it adds to the score; missing where rules alone decide'),
        text: z.string(),
      }),
    )
    .describe('Why people are told, in words: the most important first, by rules alone the gravest'),
  received: place.describe('Where the transaction stands in the log'),
  held: place.describe('Where its verdict and evidence stand'),
});

const refusedRecord = z.strictObject({
  code: z.enum(rejectionCodes),
  path: z.string().optional().describe('The field at fault, where it is one of ours'),
  meaning: z.string(),
  advice: z.string(),
  time: instant.describe('When the record was written'),
  record: place.describe('Where the record stands or stood'),
  copy: place.optional().describe('Where a sealed copy is kept; missing where there is none'),
});

const course = {
  alertId: sha256Hex.describe(
    'The same as long as the alert grows; its episode ends, and the next has another',
  ),
  revision: z.int().min(1).describe('What holds for the alert is said whole in each revision'),
  toldRevision: z.int().min(0).describe('The revision that was told here before; 0 where it is new'),
  severity,
  state: alertState,
  handledBy: slug.optional().describe('The name of the token that changed its state last'),
  snoozedUntil: instant.optional(),
  outcome: alertOutcome.optional(),
  caseId: sha256Hex.optional(),
  headline: z.string().describe('One line for people'),
  openedAt: instant,
  firstEventTime: instant,
  lastEventTime: instant,
  episodeEnded: z.boolean().describe('Nothing joins it any more'),
};

const shownAlert = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('unusual_transactions'),
    ...course,
    tenant: slug,
    account: z.string().optional().describe('Masked; missing where its evidence can not be read any more'),
    accountPseudonym: pseudonym.describe('To find other alerts of the account by; it leads nobody to it'),
    verdict: z.enum(['held', 'cleared']).describe('held where anything in it waits or waited'),
    score: score.describe('The highest'),
    rules: z.array(z.string()),
    transactionCount: z.int().min(1),
    heldCount: z.int().min(0),
    releasedCount: z.int().min(0),
    totals: z.array(
      z.strictObject({
        currency: z.string(),
        creditDebitIndicator,
        transactions: z.int().min(1),
        amountMinor: z.int().min(0),
        largestMinor: z.int().min(0),
      }),
    ),
    transactions: z
      .array(transaction)
      .max(3)
      .describe('Those that tell most: the gravest, the latest and the first; the API has all'),
  }),
  z.strictObject({
    kind: z.literal('refused_record'),
    ...course,
    code: z.enum(rejectionCodes).optional(),
    recordCount: z.int().min(1),
    records: z.array(refusedRecord).max(3),
  }),
]);

/**
 * What the webhook posts. Public: a field is added in a new minor release, and any other change gets a new
 * number in `type`. No account number and no name stands in it; accounts and counterparties are masked as
 * in the mails, and what people wrote is left out.
 */
export const notificationWebhook = z
  .strictObject({
    type: z.literal('weir.notification.v1'),
    environment: slug.describe('The deployment of Weir that tells it'),
    deliveryKey: z
      .string()
      .describe('Also the headers webhook-id and Idempotency-Key: drop what has come before'),
    notificationId: z.string(),
    reason: z
      .enum([
        ...['first', 'update', 'reminder', 'escalation', 'digest', 'summary', 'closed'],
        ...['channel_failing', 'test'],
      ] as const)
      .describe('Why it is told now; of closed, what was told is over; of test, nothing has happened'),
    createdAt: instant,
    threadId: z.string().describe('The same for all that is told of one group of alerts'),
    route: z.string().describe('The id of the route that it came by'),
    group: z.string().describe('What its alerts have in common'),
    severity: severity.describe('Of the gravest alert'),
    headline: z.string().describe('One line for people'),
    alertCount: z.int().min(0).describe('Those not in detail included'),
    transactionCount: z.int().min(0),
    accountCount: z.int().min(0),
    alerts: z.array(shownAlert).max(10).describe('The gravest, in detail'),
    moreAlertIds: z.array(sha256Hex).max(500).describe('Of alerts that are not told in detail'),
    cases: z.array(
      z.strictObject({
        caseId: sha256Hex,
        tenant: slug,
        links: z.array(z.string()).describe('What holds its alerts together'),
        alertCount: z.int().min(1),
        openedAt: instant,
        lastEventTime: instant,
      }),
    ),
    next: z.array(next).describe('What comes if nobody acts, the soonest first'),
    failing: z
      .strictObject({
        receiver: z.string(),
        channel: z.string(),
        since: instant,
        waiting: z.int().min(0).describe('Deliveries that wait for it'),
        code: z.string(),
      })
      .optional()
      .describe('Of channel_failing: the receiver that can not be reached'),
  })
  .describe('What the webhook posts');
export type NotificationWebhook = z.infer<typeof notificationWebhook>;
