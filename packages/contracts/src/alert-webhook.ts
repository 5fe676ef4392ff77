import { z } from 'zod';
import { artefactRef, instant, offset, partitionNumber, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';
import { historyState, severity } from './verdict.ts';

const place = z.strictObject({ topic: z.string(), partition: partitionNumber, offset });

const revision = {
  environment: slug.describe('The deployment of Weir that tells it'),
  alertId: sha256Hex,
  revision: z.int().min(1).describe('What holds for the alert is said whole in each revision'),
  deliveryKey: z
    .string()
    .describe('Also the headers webhook-id and Idempotency-Key: drop what has come before'),
  severity,
  headline: z.string().describe('One line for people'),
};

/**
 * What the webhook posts. Public: a field is added in a new minor release, and
 * any other change gets a new number in `type`. No account number and no name
 * stands in it; accounts and the counterparty are masked as in the mails.
 */
export const alertWebhook = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('weir.alert.unusual_transactions.v1'),
      ...revision,
      tenant: slug,
      account: z.string().describe('Masked: two letters of the country and the last four characters'),
      counterparty: z.string().optional().describe('Masked; missing where the sender named none'),
      amountMinor: z.int().describe('In minor units of the currency, never negative'),
      currency: z.string(),
      creditDebitIndicator,
      eventTime: instant,
      transactionIds: z
        .array(z.string())
        .describe(
          'As their sender wrote them; replaced by a remark where one holds an account number or a name',
        ),
      verdict: z
        .enum(['held', 'cleared'])
        .optional()
        .describe(
          'Whether it waits, or went through and is worth a look; missing from earlier releases: held',
        ),
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
    }),
    z.strictObject({
      type: z.literal('weir.alert.refused_record.v1'),
      ...revision,
      code: z.enum(rejectionCodes),
      path: z.string().optional().describe('The field at fault, where it is one of ours'),
      meaning: z.string(),
      advice: z.string(),
      time: instant.describe('When the record was written'),
      record: place.describe('Where the record stands or stood'),
      copy: place.optional().describe('Where a sealed copy is kept; missing where there is none'),
    }),
  ])
  .describe('What the alert webhook posts');
export type AlertWebhook = z.infer<typeof alertWebhook>;
