import type { AlertAnswer, AlertChangesAnswer, Evidence, Transaction } from '@weir/contracts';
import type { CaseTransaction } from '@weir/replays';

type Amount = Pick<Transaction, 'eventTime' | 'amountMinor' | 'currency' | 'creditDebitIndicator'>;

const amountName = ({ eventTime, amountMinor, currency, creditDebitIndicator }: Amount): string =>
  [Date.parse(eventTime), amountMinor, currency, creditDebitIndicator].join(' ');

/** The amounts of a case, by what tells one from another. */
export const amountsOf = (transactions: readonly CaseTransaction[]): ReadonlySet<string> =>
  new Set(transactions.flatMap((one) => (one.kind === 'transaction' ? [amountName(one.transaction)] : [])));

/** Evidence without those earlier transactions of the account that nobody approved to be handed over. */
export const evidenceInRange = (evidence: Evidence, amounts: ReadonlySet<string>): Evidence => ({
  ...evidence,
  recentAmounts: evidence.recentAmounts.filter((one) => amounts.has(amountName(one))),
});

/** What an alert says of itself, and not of its transactions. */
export type AlertItself = Pick<
  AlertAnswer,
  | 'alertId'
  | 'revision'
  | 'kind'
  | 'tenant'
  | 'account'
  | 'severity'
  | 'openedAt'
  | 'changedAt'
  | 'episodeEndedAt'
  | 'state'
  | 'snoozedUntil'
  | 'handledBy'
  | 'outcome'
  | 'caseId'
  | 'code'
>;

/** An alert as far as it may be handed over: all of it where all its transactions are in the range, else itself. */
export function alertInRange(alert: AlertAnswer, others: number): AlertItself | AlertAnswer {
  if (others === 0) return alert;
  const { alertId, revision, kind, tenant, account, severity, state, outcome, caseId, code } = alert;
  const { openedAt, changedAt, episodeEndedAt, snoozedUntil, handledBy } = alert;
  return {
    ...{ alertId, revision, kind, tenant, account, severity, state, outcome, caseId, code },
    ...{ openedAt, changedAt, episodeEndedAt, snoozedUntil, handledBy },
  };
}

/** What people did about the alert itself, or about transactions in the range; the oldest first. */
export const changesInRange = (
  { changes }: AlertChangesAnswer,
  transactions: ReadonlySet<string>,
): AlertChangesAnswer['changes'] =>
  changes.filter(({ transaction }) => transaction === null || transactions.has(transaction)).toReversed();
