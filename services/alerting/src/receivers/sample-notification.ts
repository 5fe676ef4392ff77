import type { Alert, AlertEntry } from '@weir/alerts';
import { formatInstant, streams } from '@weir/contracts';
import type { HeldTransaction } from '@weir/contracts';
import { defaultRuleset } from '@weir/rules';
import type { Notification } from '../notification.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Pseudonyms that no key gives: whoever meets them knows that they are made up. */
const account = `a0_${'A'.repeat(22)}`;
const identity = `t0_${'A'.repeat(22)}`;
const tenant = 'sample';
/** The example of a German account number that banks print. */
const iban = 'DE89370400440532013000';

/**
 * What receivers are tried with: an alert like any other, about a payment that never was, of a tenant and
 * an account that there are not. Its reason is `test`, by which every channel says so.
 */
export function sampleNotification(options: {
  readonly notificationId: string;
  readonly environment: string;
  readonly nowMs: number;
}): Notification {
  const { notificationId, environment, nowMs } = options;
  const eventAtMs = nowMs - minuteMs;
  const alertId = notificationId;
  const entry: AlertEntry = {
    ...{ alertId, ordinal: 0, entryId: identity, tenant, eventAtMs, severity: 'high', score: 0.9 },
    ...{ rules: ['sample'], verdict: 'held', amountMinor, currency: 'EUR', creditDebitIndicator: 'DBIT' },
    ...{ counterparty: null, source: { partition: 0, offset: 0 }, kept: place, release: 'none' },
  };
  return {
    ...{ notificationId, reason: 'test', environment, createdAtMs: nowMs, threadId: alertId },
    ...{
      routeId: 'test',
      groupKey: `account ${account}`,
      alertCount: 1,
      transactionCount: 1,
      accountCount: 1,
    },
    alerts: [
      {
        alert: alertOf(entry, nowMs),
        entries: [
          { entry, finding: { kind: 'transaction', place, account, identity, judged: heldAt(eventAtMs) } },
        ],
        toldRevision: 0,
      },
    ],
    ...{ moreAlertIds: [], cases: [], next: [] },
  };
}

const amountMinor = 130_200;
const place = { topic: streams.held.topic, partition: 0, offset: 0 };

const alertOf = (entry: AlertEntry, nowMs: number): Alert => {
  const { alertId, entryId, eventAtMs, severity, score, rules } = entry;
  const amounts = { currency: 'EUR', creditDebitIndicator: 'DBIT', transactions: 1 } as const;
  return {
    ...{ alertId, revision: 1, kind: 'unusual_transactions', tenant, account },
    ...{ episodeKey: `t ${tenant} ${account}`, severity, score, verdict: 'held', rules, counterparties: [] },
    totals: [{ ...amounts, amountMinor, largestMinor: amountMinor }],
    ...{ transactions: 1, held: 1, released: 0, firstEventAtMs: eventAtMs, lastEventAtMs: eventAtMs },
    ...{ openedAtMs: nowMs, changedAtMs: nowMs, episodeEndedAtMs: null, state: 'new', snoozedUntilMs: null },
    ...{ handledBy: null, outcome: null, caseId: null, code: null },
    ...{ first: entryId, gravest: entryId, latest: entryId },
  };
};

/** A month of small payments, and then one that is many times as large. */
const heldAt = (eventAtMs: number): HeldTransaction => ({
  transaction: {
    ...{ tenant, source: 'sample', partition: 0, transactionId: 'SAMPLE-1', account: { iban } },
    ...{ creditDebitIndicator: 'DBIT', currency: 'EUR', amountMinor },
    eventTime: formatInstant(eventAtMs),
    observedAt: formatInstant(eventAtMs),
    counterparty: { name: 'Sample Ltd' },
  },
  verdict: {
    outcome: 'held',
    score: 0.9,
    reasons: [{ rule: 'sample', severity: 'high', contribution: 0.9, features: [] }],
    versions: { ruleset: defaultRuleset.ref, windowPlan: 'standard@1' },
  },
  evidence: {
    features: {},
    usualAmount: {
      ...{ lowMinor: 1_200, typicalMinor: 3_100, highMinor: 8_000, transactions: 29 },
      windowSpanMs: 30 * dayMs,
    },
    recentAmounts: Array.from({ length: 29 }, (_, index) => ({
      eventTime: formatInstant(eventAtMs - (29 - index) * dayMs),
      amountMinor: 1_200 + ((index * 7_919) % 6_800),
      currency: 'EUR',
      creditDebitIndicator: 'DBIT',
    })),
  },
  sourcePartition: 0,
  sourceOffset: 0,
});
