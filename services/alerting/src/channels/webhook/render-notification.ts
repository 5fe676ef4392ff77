import {
  formatInstant,
  maskAccount,
  notificationWebhook,
  shownTransactionId,
  streams,
} from '@weir/contracts';
import type { NotificationWebhook } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { Notification, ShownAlert, ShownEntry } from '../../notification.ts';
import type { RefusedFinding, TransactionFinding } from '../../read-record.ts';
import { alertHeadline, maskedAccount } from '../../wording/alert-words.ts';
import { explainReason } from '../../wording/explain-reason.ts';
import { topicName } from '../../wording/headline.ts';
import { maskCounterparty, plainName } from '../../wording/masking.ts';
import { notificationHeadline, severityOf } from '../../wording/notification-words.ts';
import { refusalText } from '../../wording/refusal-texts.ts';
import { reasonsInOrder, summaryOf } from '../../wording/summary.ts';

type Context = {
  readonly deliveryKey: string;
  /** Finds the words of the rules. */
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};
type Body = NotificationWebhook;
type BodyAlert = Body['alerts'][number];
type UnusualAlert = Extract<BodyAlert, { kind: 'unusual_transactions' }>;
type RefusedAlert = Extract<BodyAlert, { kind: 'refused_record' }>;

/**
 * The body of the webhook about one notification: pure and deterministic, so that a repeat has the very
 * same bytes. Masked as the mails are.
 */
export function renderNotification(notification: Notification, context: Context): Buffer {
  const { failing, next } = notification;
  const body: Body = {
    type: 'weir.notification.v1',
    environment: notification.environment,
    deliveryKey: context.deliveryKey,
    notificationId: notification.notificationId,
    reason: notification.reason,
    createdAt: formatInstant(notification.createdAtMs),
    threadId: notification.threadId,
    route: notification.routeId,
    group: notification.groupKey,
    severity: severityOf(notification),
    headline: notificationHeadline(notification),
    alertCount: notification.alertCount,
    transactionCount: notification.transactionCount,
    accountCount: notification.accountCount,
    alerts: notification.alerts.map((shown) =>
      shown.alert.kind === 'refused_record' ? refusedAlert(shown) : unusualAlert(shown, context),
    ),
    moreAlertIds: [...notification.moreAlertIds],
    cases: notification.cases.map((one) => ({
      caseId: one.caseId,
      tenant: one.tenant,
      links: [...one.links],
      alertCount: one.alerts,
      openedAt: formatInstant(one.openedAtMs),
      lastEventTime: formatInstant(one.lastEventAtMs),
    })),
    next: next.map(({ why, atMs, receivers }) => ({
      why,
      at: formatInstant(atMs),
      receivers: [...receivers],
    })),
    ...(failing === undefined
      ? {}
      : {
          failing: {
            receiver: failing.receiverId,
            channel: failing.channel,
            since: formatInstant(failing.sinceMs),
            waiting: failing.waiting,
            code: failing.code,
          },
        }),
  };
  return Buffer.from(JSON.stringify(notificationWebhook.parse(body)), 'utf8');
}

function courseOf(shown: ShownAlert) {
  const { alert, toldRevision } = shown;
  return {
    alertId: alert.alertId,
    revision: alert.revision,
    toldRevision,
    severity: alert.severity,
    state: alert.state,
    ...(alert.handledBy === null ? {} : { handledBy: alert.handledBy }),
    ...(alert.snoozedUntilMs === null ? {} : { snoozedUntil: formatInstant(alert.snoozedUntilMs) }),
    ...(alert.outcome === null ? {} : { outcome: alert.outcome }),
    ...(alert.caseId === null ? {} : { caseId: alert.caseId }),
    headline: alertHeadline(shown),
    openedAt: formatInstant(alert.openedAtMs),
    firstEventTime: formatInstant(alert.firstEventAtMs),
    lastEventTime: formatInstant(alert.lastEventAtMs),
    episodeEnded: alert.episodeEndedAtMs !== null,
  };
}

function unusualAlert(shown: ShownAlert, context: Context): UnusualAlert {
  const { alert, entries } = shown;
  const { account: accountPseudonym, verdict } = alert;
  if (accountPseudonym === null || verdict === null)
    throw new RangeError('an alert about transactions has an account and a verdict');
  const account = maskedAccount(shown);
  return {
    kind: 'unusual_transactions',
    ...courseOf(shown),
    tenant: alert.tenant,
    ...(account === undefined ? {} : { account }),
    accountPseudonym,
    verdict,
    score: alert.score,
    rules: [...alert.rules],
    transactionCount: alert.transactions,
    heldCount: alert.held,
    releasedCount: alert.released,
    totals: alert.totals.map((total) => ({ ...total })),
    transactions: entries.flatMap((one) =>
      one.finding?.kind === 'transaction' ? [transactionPart(one, one.finding, context)] : [],
    ),
  };
}

function transactionPart(
  { entry }: ShownEntry,
  { judged, place }: TransactionFinding,
  { rulesetOf }: Context,
): UnusualAlert['transactions'][number] {
  const { transaction, verdict, sourcePartition, sourceOffset } = judged;
  const { amountMinor, currency, creditDebitIndicator, eventTime } = transaction;
  const { state, contributions } = judged.evidence;
  const counterparty = maskCounterparty(transaction);
  const ruleset = rulesetOf(verdict.versions.ruleset);
  const summary = summaryOf(judged);
  return {
    transactionId: shownTransactionId(transaction),
    verdict: verdict.outcome,
    released: entry.release === 'approved',
    account: maskAccount(transaction.account),
    ...(counterparty === undefined ? {} : { counterparty }),
    amountMinor,
    currency,
    creditDebitIndicator,
    eventTime,
    score: verdict.score,
    ruleset: verdict.versions.ruleset,
    ...(verdict.versions.model === undefined ? {} : { model: verdict.versions.model }),
    ...(summary === undefined ? {} : { summary }),
    ...(state === undefined ? {} : { historyState: state }),
    reasons: reasonsInOrder(judged).map((reason) => ({
      rule: reason.rule,
      severity: reason.severity,
      ...(contributions === undefined ? {} : { contribution: reason.contribution }),
      text: explainReason(reason, judged, ruleset),
    })),
    received: { topic: streams.received.topic, partition: sourcePartition, offset: sourceOffset },
    held: place,
  };
}

function refusedAlert(shown: ShownAlert): RefusedAlert {
  const { alert, entries } = shown;
  return {
    kind: 'refused_record',
    ...courseOf(shown),
    ...(alert.code === null ? {} : { code: alert.code }),
    recordCount: alert.transactions,
    records: entries.flatMap(({ finding }) => (finding?.kind === 'refused' ? [recordPart(finding)] : [])),
  };
}

function recordPart({ rejection, origin, time, kept }: RefusedFinding): RefusedAlert['records'][number] {
  const { meaning, advice } = refusalText(rejection.code);
  const path = plainName(rejection.path);
  return {
    code: rejection.code,
    ...(path === undefined ? {} : { path }),
    meaning,
    advice,
    time,
    record: { ...origin, topic: topicName(origin) },
    // A dead letter that can't be read is its own copy.
    ...(kept.topic === origin.topic ? {} : { copy: kept }),
  };
}
