import { z } from 'zod';
import { alertOutcome, alertState, deliveryChannels, mostAlertEntries } from './alert.ts';
import { alertProblems, type AlertProblemCode } from './alert-problems.ts';
import { problems, rulesetProblemAt, type ProblemCode } from './door.ts';
import { freeText, instant, offset, partitionNumber, pseudonym, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { creditDebitIndicator } from './transaction.ts';
import { severity } from './verdict.ts';

/** What the API of alerts takes and answers. Its OpenAPI document is generated from these. */

const onceOrList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(alertState).min(1).max(5));

/** The query of a list, as it stands in an address. */
export const alertListQuery = z.strictObject({
  state: onceOrList.optional(),
  tenant: slug.optional(),
  case: z.string().max(128).optional(),
  account: pseudonym.optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .optional(),
  after: z
    .string()
    .regex(/^\d{1,15}-[0-9a-f]{64}$/)
    .optional(),
});

export const alertEntriesQuery = z.strictObject({
  from: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d?$/)
    .transform(Number)
    .optional(),
});

/** Why somebody did something, for whoever looks at it later. */
const reasonText = freeText(500).describe('Why: at most 500 characters, in one line, without a card number');

const place = z.strictObject({ topic: z.string(), partition: partitionNumber, offset });

export const alertAnswer = z
  .strictObject({
    alertId: sha256Hex,
    revision: z.int().min(1).describe('Grows with each change'),
    kind: z.enum(['unusual_transactions', 'refused_record']),
    tenant: slug,
    account: pseudonym.nullable().describe('Null of refused records, which have none'),
    severity,
    score: score.describe('The highest'),
    verdict: z.enum(['held', 'cleared']).nullable().describe('`held` where anything in it waits or waited'),
    rules: z.array(z.string()),
    counterparties: z.array(pseudonym),
    totals: z.array(
      z.strictObject({
        currency: z.string(),
        creditDebitIndicator,
        transactions: z.int().min(1),
        amountMinor: z.int().min(0),
        largestMinor: z.int().min(0),
      }),
    ),
    transactions: z.int().min(1),
    held: z.int().min(0),
    released: z.int().min(0),
    firstEventAt: instant,
    lastEventAt: instant,
    openedAt: instant,
    changedAt: instant,
    episodeEndedAt: instant.nullable().describe('Nothing joins it any more'),
    state: alertState,
    snoozedUntil: instant.nullable(),
    handledBy: z.string().nullable().describe('The name of the token that said so last'),
    outcome: alertOutcome.nullable(),
    caseId: z.string().nullable(),
    code: z.enum(rejectionCodes).nullable().describe('Of refused records: why'),
    gravest: z.string().describe('The id of the entry that tells most'),
  })
  .describe('An alert: one episode of one account');
export type AlertAnswer = z.infer<typeof alertAnswer>;

export const alertListAnswer = z
  .strictObject({
    alerts: z.array(alertAnswer).describe('The one that changed last first'),
    next: z.string().nullable().describe('Say this as `after` for those behind them; null at the end'),
  })
  .describe('Alerts');
export type AlertListAnswer = z.infer<typeof alertListAnswer>;

export const caseAnswer = z
  .strictObject({
    caseId: z.string(),
    tenant: slug,
    links: z.array(z.string()).describe('What holds its alerts together: `counterparty c1_…` or `rule …`'),
    alerts: z.int().min(1),
    openedAt: instant,
    lastEventAt: instant,
    endedAt: instant.nullable(),
  })
  .describe('Alerts that have to do with each other');
export type CaseAnswer = z.infer<typeof caseAnswer>;

const releaseAnswer = z.strictObject({
  transaction: pseudonym,
  requestedBy: z.string(),
  requestedAt: instant,
  approvedBy: z.string().nullable().describe('Null while it waits, and where one person was enough'),
  approvedAt: instant.nullable(),
});

export const alertDetailAnswer = z
  .strictObject({
    alert: alertAnswer,
    case: caseAnswer.nullable(),
    releases: z.array(releaseAnswer),
    next: z
      .array(z.strictObject({ route: z.string(), group: z.string(), at: instant.nullable() }))
      .describe(
        'When a notification about it is looked at next, by route; null: not before something changes',
      ),
  })
  .describe('An alert with what belongs to it');
export type AlertDetailAnswer = z.infer<typeof alertDetailAnswer>;

export const alertEntryAnswer = z
  .strictObject({
    entryId: z
      .string()
      .describe('The pseudonym of the transaction; of a refused record topic/partition/offset'),
    ordinal: z.int().min(0),
    eventAt: instant,
    severity,
    score,
    rules: z.array(z.string()),
    verdict: z.enum(['held', 'cleared']).nullable(),
    amountMinor: z.int().nullable(),
    currency: z.string().nullable(),
    creditDebitIndicator: creditDebitIndicator.nullable(),
    counterparty: pseudonym.nullable(),
    kept: place.describe('Where its evidence stands'),
    release: z.enum(['none', 'requested', 'approved']),
    evidence: z
      .strictObject({
        key: z.string(),
        value: z.base64(),
        headers: z.record(z.string(), z.string()),
      })
      .nullable()
      .describe(
        'As detection sealed it: whoever may open held records can read it. Null where it could not be had',
      ),
  })
  .describe('A transaction, or a refused record, of an alert');
export type AlertEntryAnswer = z.infer<typeof alertEntryAnswer>;

export const alertEntriesAnswer = z
  .strictObject({
    entries: z.array(alertEntryAnswer),
    next: z.int().nullable().describe('Say this as `from` for those behind them'),
  })
  .describe('Entries of an alert, in the order they joined');
export type AlertEntriesAnswer = z.infer<typeof alertEntriesAnswer>;

export const alertChangesAnswer = z
  .strictObject({
    changes: z.array(
      z.strictObject({
        revision: z.int().min(1),
        at: instant,
        by: z.strictObject({ kind: z.enum(['token', 'weir']), name: z.string() }),
        action: z.string(),
        from: alertState,
        to: alertState,
        transaction: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  })
  .describe('Who changed an alert, when and why, the newest first');
export type AlertChangesAnswer = z.infer<typeof alertChangesAnswer>;

export const deliveryAnswer = z
  .strictObject({
    deliveryKey: z.string(),
    target: z.string(),
    receiver: z.string(),
    channel: z.enum(deliveryChannels),
    reason: z.string(),
    state: z.enum(['due', 'delivered', 'failed']),
    attempts: z.int().min(0),
    createdAt: instant,
    nextAt: instant.nullable().describe('Of one that is due'),
    settledAt: instant.nullable(),
    code: z.string().nullable().describe('Why the last attempt failed'),
    status: z.int().nullable().describe("The receiver's number"),
  })
  .describe('One message on its way to one target');
export type DeliveryAnswer = z.infer<typeof deliveryAnswer>;

export const deliveriesAnswer = z
  .strictObject({ deliveries: z.array(deliveryAnswer) })
  .describe('Deliveries, the newest first');
export type DeliveriesAnswer = z.infer<typeof deliveriesAnswer>;

export const alertAct = z
  .discriminatedUnion('act', [
    z.strictObject({ act: z.literal('acknowledge'), reason: reasonText.optional() }),
    z.strictObject({ act: z.literal('investigate'), reason: reasonText.optional() }),
    z.strictObject({ act: z.literal('snooze'), until: instant, reason: reasonText }),
    z.strictObject({ act: z.literal('close'), outcome: alertOutcome, reason: reasonText }),
    z.strictObject({ act: z.literal('reopen'), reason: reasonText }),
  ])
  .describe('What is done about an alert');
export type AlertActRequest = z.infer<typeof alertAct>;

export const actedAnswer = z
  .strictObject({
    alert: alertAnswer,
    changed: z.boolean().describe('False where it was so already'),
  })
  .describe('An alert after an act');
export type ActedAnswer = z.infer<typeof actedAnswer>;

export const caseActedAnswer = z
  .strictObject({
    case: caseAnswer,
    alerts: z.array(
      z.strictObject({
        alertId: sha256Hex,
        result: z.string().describe('`changed`, `unchanged`, or the code of a problem'),
      }),
    ),
  })
  .describe('What became of each alert of a case');
export type CaseActedAnswer = z.infer<typeof caseActedAnswer>;

export const caseListAnswer = z.strictObject({ cases: z.array(caseAnswer) }).describe('Cases');
export type CaseListAnswer = z.infer<typeof caseListAnswer>;

const transactionsOf = z
  .array(pseudonym)
  .min(1)
  .max(mostAlertEntries)
  .optional()
  .describe('Absent: all of the alert that wait');

export const releaseRequest = z
  .strictObject({ transactions: transactionsOf, reason: reasonText })
  .describe('Held transactions that shall go');

export const releaseApproval = z
  .strictObject({ transactions: transactionsOf, reason: reasonText.optional() })
  .describe('Requested releases that are approved');

export const releasedAnswer = z
  .strictObject({
    alert: alertAnswer,
    requested: z.array(pseudonym).describe('Wait for a second named token now'),
    approved: z.array(pseudonym).describe('On their way out now'),
    unchanged: z.array(pseudonym).describe('Had been asked for, or approved, before'),
  })
  .describe('What became of a release');
export type ReleasedAnswer = z.infer<typeof releasedAnswer>;

export const silenceRequest = z
  .strictObject({
    match: z
      .record(z.string(), z.unknown())
      .describe('The conditions of a route: see docs/reference/routing.md'),
    endsAt: instant.describe('At most 31 days from now: nothing is kept quiet for ever'),
    reason: reasonText,
  })
  .describe('What shall be kept quiet');

export const silenceAnswer = z
  .strictObject({
    silenceId: z.string(),
    owner: z.string(),
    match: z.unknown(),
    startsAt: instant,
    endsAt: instant,
    endedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .describe('A silence');
export type SilenceAnswer = z.infer<typeof silenceAnswer>;

export const silenceListAnswer = z
  .strictObject({ silences: z.array(silenceAnswer) })
  .describe('Silences in force');
export type SilenceListAnswer = z.infer<typeof silenceListAnswer>;

export const retryRequest = z
  .strictObject({
    deliveries: z
      .array(
        z.strictObject({
          deliveryKey: z
            .string()
            .max(200)
            .regex(/^[\x21-\x7e]+$/),
          target: z.string().min(1).max(100),
        }),
      )
      .min(1)
      .max(1_000)
      .optional()
      .describe('Absent: all that failed'),
  })
  .describe('Failed deliveries that shall be sent again');

export const retriedAnswer = z.strictObject({ retried: z.int().min(0) }).describe('How many are due again');
export type RetriedAnswer = z.infer<typeof retriedAnswer>;

export const testRequest = z
  .strictObject({ receiver: z.string().min(1).max(64).optional().describe('Absent: all') })
  .describe('Who shall get a sample');

export const testedAnswer = z
  .strictObject({
    receivers: z.array(
      z.strictObject({
        receiver: z.string(),
        channel: z.enum(deliveryChannels),
        target: z.string(),
        result: z.enum(['accepted', 'unavailable', 'refused']),
        code: z.string().nullable(),
        status: z.int().nullable(),
      }),
    ),
  })
  .describe('What became of each sample');
export type TestedAnswer = z.infer<typeof testedAnswer>;

/** An alert that there may never be, to ask where it would go. */
export const supposedAlert = z
  .strictObject({
    tenant: slug,
    kind: z.enum(['unusual_transactions', 'refused_record']).default('unusual_transactions'),
    severity,
    verdict: z.enum(['held', 'cleared']).default('held'),
    rules: z.array(z.string().min(1).max(64)).max(50).default([]),
    account: pseudonym.optional(),
    amountMinor: z.int().min(0).optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    at: instant.optional().describe('When it would be raised; now where not said'),
  })
  .describe('An alert that is supposed');
export type SupposedAlert = z.output<typeof supposedAlert>;

export const explanationAnswer = z
  .strictObject({
    alertId: z.string().nullable().describe('Null of an alert that is supposed'),
    at: instant,
    routes: z
      .array(
        z.strictObject({
          route: z.string(),
          result: z
            .enum(['matched', 'failed', 'notReached'])
            .describe('`notReached`: one before it matched and does not go on'),
          failed: z
            .array(z.strictObject({ condition: z.string(), wants: z.string(), has: z.string() }))
            .describe('All conditions that kept it from matching'),
          told: z
            .strictObject({
              groupBy: z.string(),
              group: z.string(),
              receivers: z.array(z.string()),
              firstAt: instant.describe('If it is new'),
              heldBackByQuietHours: z.boolean(),
              next: z.array(
                z.strictObject({
                  why: z.enum(['update', 'reminder', 'escalation', 'digest']),
                  at: instant,
                  receivers: z.array(z.string()),
                }),
              ),
              closings: z.array(z.string()).describe('Who is told once it is closed'),
            })
            .nullable(),
        }),
      )
      .describe('In the order they are looked at'),
    quietBecause: z
      .array(
        z.strictObject({
          why: z.enum(['snoozed', 'closed', 'silenced', 'inhibited']),
          until: instant.nullable(),
          by: z.string().nullable().describe('The owner of a silence, or the alert that keeps it quiet'),
        }),
      )
      .describe('Why nothing is told for now'),
  })
  .describe('Where an alert goes, and why');
export type ExplanationAnswer = z.infer<typeof explanationAnswer>;

const problemCodes = [...Object.keys(problems), ...Object.keys(alertProblems)] as [
  ProblemCode | AlertProblemCode,
  ...(ProblemCode | AlertProblemCode)[],
];

/** RFC 9457 problem details, as the API of alerts answers them. */
export const alertProblem = z
  .strictObject({
    type: z.string().describe('urn:weir:problem: and the code'),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
    problems: z.array(rulesetProblemAt).optional(),
  })
  .describe('Why the request failed (RFC 9457)');
export type AlertProblem = z.infer<typeof alertProblem>;
