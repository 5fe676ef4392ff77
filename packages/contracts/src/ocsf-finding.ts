import { z } from 'zod';
import { alertOutcome, alertState, mostAlertEntries } from './alert.ts';
import { offset, partitionNumber, pseudonym, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';

/** The version of OCSF whose attributes a finding is made of; later ones keep them. */
export const ocsfVersion = '1.6.0';

const time = z.int().min(0).describe('Milliseconds since the epoch');
const text = z.string().min(1).max(300);
const ruleName = z.string().min(1).max(100);
const place = z.strictObject({ topic: z.string(), partition: partitionNumber, offset });

const product = z.strictObject({ name: z.literal('Weir'), vendor_name: z.literal('Weir') });

const metadata = z.strictObject({
  version: z.literal(ocsfVersion),
  uid: z.string().min(1).describe('Of this line or record: drop what has come before'),
  product,
  log_name: z.string().min(1),
  log_provider: z.string().min(1).describe('The deployment of Weir that tells it'),
  logged_time: time,
  tenant_uid: slug.optional(),
  correlation_uid: sha256Hex.optional().describe('The case the alert belongs to'),
});

const analytic = z.strictObject({
  name: ruleName,
  uid: ruleName,
  type_id: z.literal(1),
  type: z.literal('Rule'),
});

const relatedEvent = z.strictObject({
  uid: pseudonym.describe("The pseudonym of the transaction's identity"),
  type: z.literal('Transaction'),
  status: z.enum(['held', 'cleared']).optional(),
});

const findingInfo = z.strictObject({
  uid: z.string().min(1).describe("The alert's id, the same in each of its revisions"),
  title: text,
  types: z.array(text).min(1).max(1),
  created_time: time,
  modified_time: time,
  first_seen_time: time.optional(),
  last_seen_time: time.optional(),
  analytic: analytic.optional(),
  related_analytics: z.array(analytic).max(49).optional(),
  related_events: z.array(relatedEvent).max(mostAlertEntries).optional(),
  related_events_count: z.int().min(0).optional(),
});

const resource = z.strictObject({
  type: z.enum(['Account', 'Counterparty', 'Topic', 'Receiver']),
  uid: z.string().min(1).describe('A pseudonym, or the name of a topic or receiver'),
  namespace: slug.optional().describe('The tenant'),
  role_id: z.union([z.literal(3), z.literal(4)]),
  role: z.enum(['Affected', 'Related']),
});

const observable = z.strictObject({
  name: z.string().min(1).describe('Where in the finding it stands'),
  type_id: z.literal(99),
  type: z.enum(['Account pseudonym', 'Counterparty pseudonym']),
  value: pseudonym,
});

const evidence = z.strictObject({
  verdict_id: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  verdict: z.enum(['False Positive', 'True Positive', 'Suspicious']),
  data: z
    .strictObject({
      score: score.optional(),
      rules: z.array(ruleName).max(50),
      totals: z
        .array(
          z.strictObject({
            currency: z.string(),
            creditDebitIndicator,
            transactions: z.int().min(1),
            amountMinor: z.int().min(0).describe('In minor units of the currency'),
            largestMinor: z.int().min(0),
          }),
        )
        .max(20),
    })
    .describe('What the alert rests on'),
});

/** What OCSF has no place for. */
const unmapped = z.strictObject({
  weir: z.strictObject({
    kind: z.enum(['unusual_transactions', 'refused_record', 'channel_failing', 'test']),
    revision: z.int().min(1).optional(),
    state: alertState.optional(),
    handledBy: slug.optional(),
    snoozedUntil: time.optional(),
    outcome: alertOutcome.optional(),
    episodeEnded: z.boolean().optional(),
    verdict: z.enum(['held', 'cleared']).optional(),
    held: z.int().min(0).optional(),
    released: z.int().min(0).optional(),
    code: z.enum(rejectionCodes).optional(),
    records: z.array(place).max(mostAlertEntries).optional(),
    reason: z.string().optional().describe('Why it was told: of a notification'),
    notificationId: z.string().optional(),
    moreAlertIds: z.array(z.string()).max(500).optional().describe('Told of besides, without their facts'),
    failure: z
      .strictObject({ channel: z.string(), code: z.string(), since: time, waiting: z.int().min(0) })
      .optional(),
  }),
});

/**
 * A Detection Finding of the Open Cybersecurity Schema Framework (class 2004 of ocsf/ocsf-schema), as
 * far as Weir writes one. Facts, amounts and pseudonyms alone: no account, no name, nothing that a
 * sender wrote. What OCSF has no place for stands under `unmapped`.
 */
export const ocsfFinding = z
  .strictObject({
    class_uid: z.literal(2004),
    class_name: z.literal('Detection Finding'),
    category_uid: z.literal(2),
    category_name: z.literal('Findings'),
    activity_id: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    activity_name: z.enum(['Create', 'Update', 'Close']),
    type_uid: z.union([z.literal(200_401), z.literal(200_402), z.literal(200_403)]),
    type_name: z.string(),
    severity_id: z.int().min(1).max(5),
    severity: z.enum(['Informational', 'Low', 'Medium', 'High', 'Critical']),
    status_id: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(99)]),
    status: z.enum(['New', 'In Progress', 'Suppressed', 'Resolved', 'Snoozed']),
    time: time.describe('When the alert was opened, in milliseconds since the epoch'),
    start_time: time.optional(),
    end_time: time.optional(),
    count: z.int().min(1).optional().describe('Transactions, or refused records'),
    is_alert: z.boolean(),
    message: text,
    risk_score: z.int().min(0).max(100).optional().describe('The highest score, in hundredths'),
    metadata,
    finding_info: findingInfo,
    resources: z.array(resource).max(51),
    observables: z.array(observable).max(51).optional(),
    evidences: z.array(evidence).max(1).optional(),
    unmapped,
  })
  .describe('An alert revision as an OCSF Detection Finding');
export type OcsfFinding = z.infer<typeof ocsfFinding>;
