import { maskAccount, type Transaction } from '@weir/contracts';
import type { CaseAlert, CaseRecord, CaseTransaction } from '@weir/replays';
import type { VerdictExplanation } from '../explain/explanation.ts';
import type { CollectedAlert } from './collect-alerts.ts';
import type { CaseVerdictLine } from './explain-records.ts';

/** A record as the front page shows it. */
export function caseRecordOf(transaction: CaseTransaction, verdict: CaseVerdictLine): CaseRecord {
  const { partition, offset } = transaction;
  const content = transaction.kind === 'transaction' ? transaction.transaction : undefined;
  const explained = verdict.explanation?.kind === 'verdict' ? verdict.explanation : undefined;
  return {
    ...{ partition, offset },
    id: transaction.kind === 'transaction' ? transaction.id : (explained?.transaction ?? null),
    eventTime: content?.eventTime ?? explained?.eventTime ?? null,
    amountMinor: content?.amountMinor ?? null,
    currency: content?.currency ?? explained?.currency ?? null,
    creditDebitIndicator: content?.creditDebitIndicator ?? explained?.creditDebitIndicator ?? null,
    counterparty: counterpartyOf(content),
    outcome: verdict.outcome,
    alert: explained?.alert ?? false,
    score: explained?.score ?? null,
    ruleset: explained?.ruleset ?? null,
    reasons: explained?.reasons.map(({ title, explanation }) => ({ title, explanation })) ?? [],
    because: mostlyOf(explained),
    since: [...afterwards(verdict), ...saidOf(verdict)],
  };
}

/** So many parts of a score are told on the front page. */
const mostParts = 4;

/** What speaks against a transaction, the largest part of its score first. */
const mostlyOf = (explained: VerdictExplanation | undefined): readonly string[] =>
  (explained?.features ?? [])
    .filter(({ contribution }) => contribution !== null && contribution > 0)
    .slice(0, mostParts)
    .map(({ about, words, usual }) => `${about}: ${words}${usual === '' ? '' : ` (usual: ${usual})`}`);

/** Name and masked account, as far as the sender gave them. */
function counterpartyOf(content: Transaction | undefined): string | null {
  const { name, account } = content?.counterparty ?? {};
  const parts = [name ?? [], account === undefined ? [] : maskAccount(account)].flat();
  return parts.length === 0 ? null : parts.join(' · ');
}

function afterwards({
  outcome,
  release,
  explanation,
  decision,
  closedEvents,
}: CaseVerdictLine): readonly string[] {
  if (outcome === 'held') {
    if (release === null)
      return closedEvents === 0
        ? ['Not released by the time this was exported.']
        : [
            `Whether it was released is not known: of the account, ${String(closedEvents)} verdicts or releases can not be opened.`,
          ];
    const { requestedBy, approvedBy, approvedAt } = release;
    const by = approvedBy === undefined ? requestedBy : `${approvedBy}, asked for by ${requestedBy}`;
    return [`Released by ${by}, at ${approvedAt}.`];
  }
  if (explanation?.kind === 'duplicate')
    return [`Repeats ${String(explanation.first.partition)}/${String(explanation.first.offset)}.`];
  return decision?.outcome === 'rejected' ? [`Rejected: ${decision.code}.`] : [];
}

function saidOf({ explanation }: CaseVerdictLine): readonly string[] {
  if (explanation?.kind !== 'verdict') return [];
  return [
    ...explanation.outcomes.map(
      ({ outcome, reportedBy, reportedAt }) =>
        `Turned out to be ${outcome}, said ${reportedBy} at ${reportedAt}.`,
    ),
    ...(explanation.recomputed.differences.length === 0
      ? []
      : ['The journal says otherwise than what its features come to: see verdicts.ndjson.']),
  ];
}

/** An alert as the front page shows it. */
export const caseAlertOf = ({ alert, changes, entries, others }: CollectedAlert): CaseAlert => ({
  alertId: alert.alertId,
  severity: alert.severity,
  state: alert.state,
  outcome: alert.outcome,
  openedAt: alert.openedAt,
  inRange: entries.length,
  others,
  changes,
});

/** The account as somebody outside may see it; null where nothing of it could be opened. */
export function maskedAccountOf(transactions: readonly CaseTransaction[]): string | null {
  const [first] = transactions.flatMap((one) =>
    one.kind === 'transaction' ? [one.transaction.account] : [],
  );
  return first === undefined ? null : maskAccount(first);
}
