import { alertWebhook, maskAccount, shownTransactionId, streams } from '@weir/contracts';
import type { AlertWebhook } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import { deliveryKeyOf } from '../alert-ids.ts';
import type { Notice } from '../plan-run.ts';
import type { TransactionFinding, RefusedFinding } from '../read-record.ts';
import { explainReason } from '../wording/explain-reason.ts';
import { refusedHeadline, transactionHeadline, topicName } from '../wording/headline.ts';
import { maskCounterparty, plainName } from '../wording/masking.ts';
import { refusalText } from '../wording/refusal-texts.ts';
import { reasonsInOrder, summaryOf } from '../wording/summary.ts';

type Context = {
  readonly environment: string;
  /** Finds the words of the rules. */
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};

/**
 * The body of the webhook about one notice: pure and deterministic, so that a
 * repeat has the very same bytes. Masked as the mails are.
 */
export function renderWebhook({ alert, finding }: Notice, context: Context): Buffer {
  const { alertId, revision, severity } = alert;
  const shared = {
    environment: context.environment,
    alertId,
    revision,
    deliveryKey: deliveryKeyOf(alert, 'webhook'),
    severity,
  };
  const specific = finding.kind === 'transaction' ? transactionPart(finding, context) : refusedPart(finding);
  return Buffer.from(JSON.stringify(alertWebhook.parse({ ...shared, ...specific })), 'utf8');
}

type Shared = 'environment' | 'alertId' | 'revision' | 'deliveryKey' | 'severity';
type PartOf<Type extends AlertWebhook['type']> = Omit<Extract<AlertWebhook, { type: Type }>, Shared>;

function transactionPart(
  { judged, place }: TransactionFinding,
  { rulesetOf }: Context,
): PartOf<'weir.alert.unusual_transactions.v1'> {
  const { transaction, verdict, sourcePartition, sourceOffset } = judged;
  const { tenant, amountMinor, currency, creditDebitIndicator, eventTime } = transaction;
  const counterparty = maskCounterparty(transaction);
  const ruleset = rulesetOf(verdict.versions.ruleset);
  const summary = summaryOf(judged);
  const { state, contributions } = judged.evidence;
  return {
    type: 'weir.alert.unusual_transactions.v1',
    headline: transactionHeadline(judged),
    tenant,
    account: maskAccount(transaction.account),
    ...(counterparty === undefined ? {} : { counterparty }),
    amountMinor,
    currency,
    creditDebitIndicator,
    eventTime,
    transactionIds: [shownTransactionId(transaction)],
    verdict: verdict.outcome,
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

function refusedPart(finding: RefusedFinding): PartOf<'weir.alert.refused_record.v1'> {
  const { rejection, origin, time, kept } = finding;
  const { meaning, advice } = refusalText(rejection.code);
  const path = plainName(rejection.path);
  const isItsOwnCopy = kept.topic === origin.topic;
  return {
    type: 'weir.alert.refused_record.v1',
    headline: refusedHeadline(finding),
    code: rejection.code,
    ...(path === undefined ? {} : { path }),
    meaning,
    advice,
    time,
    record: { ...origin, topic: topicName(origin) },
    ...(isItsOwnCopy ? {} : { copy: kept }),
  };
}
