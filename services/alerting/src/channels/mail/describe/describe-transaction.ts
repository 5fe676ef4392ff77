import type { CreditDebitIndicator } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { JudgedTransaction } from '../../../judged-transaction.ts';
import { explainReason } from '../../../wording/explain-reason.ts';
import { counted, money, moneyRange, span, wholeNumber } from '../../../wording/format.ts';
import { maskCounterparty } from '../../../wording/masking.ts';
import { historyRemark, reasonsInOrder } from '../../../wording/summary.ts';
import { amountsChart } from '../chart/amounts-chart.ts';
import type { Block } from '../mail-document.ts';

/** More reasons than this nobody reads on a phone; the others are counted. */
const mostReasonsTold = 4;

const side: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'Outgoing', CRDT: 'Incoming' };

/** With whom and by what way. The account stands in the headline. */
export function transactionFacts({
  transaction,
}: JudgedTransaction): readonly (readonly [label: string, value: string])[] {
  const { channel, country, bookingDate, eventTime } = transaction;
  const by = [
    ...(channel === undefined ? [] : [channel.replaceAll('_', ' ')]),
    ...(country === undefined ? [] : [country]),
  ];
  return [
    [
      transaction.creditDebitIndicator === 'DBIT' ? 'To' : 'From',
      maskCounterparty(transaction) ?? 'not named',
    ],
    ...(by.length === 0 ? [] : [['By', by.join(', ')] as const]),
    // On the day itself it says nothing.
    ...(bookingDate === undefined || eventTime.startsWith(bookingDate)
      ? []
      : [['Booked', bookingDate] as const]),
  ];
}

/** What is usual, what speaks against it, and the recent amounts as a chart. */
export function whyUnusual(judged: JudgedTransaction, ruleset: Ruleset | undefined): readonly Block[] {
  const reasons = reasonsInOrder(judged);
  const left = reasons.length - mostReasonsTold;
  const chart = amountsChart(judged);
  const usual = whatIsUsual(judged);
  return [
    {
      kind: 'list',
      items: [
        ...reasons.slice(0, mostReasonsTold).map((reason) => explainReason(reason, judged, ruleset)),
        ...(left > 0 ? [`And ${counted(left, 'more reason')}.`] : []),
      ],
    },
    ...(usual === undefined ? [] : [{ kind: 'paragraph', text: usual } as const]),
    ...(chart === undefined ? [] : [{ kind: 'chart', chart } as const]),
  ];
}

/**
 * What is usual for the account, and how much that says. Where the score is made of contributions the reasons
 * say the usual amounts themselves.
 */
function whatIsUsual(judged: JudgedTransaction): string | undefined {
  const remark = historyRemark(judged);
  if (judged.evidence.contributions !== undefined) return remark;
  if (remark === undefined) return usualAmounts(judged);
  return judged.evidence.usualAmount === null ? remark : `${usualAmounts(judged)} ${remark}`;
}

function usualAmounts({ transaction, evidence }: JudgedTransaction): string {
  const { usualAmount } = evidence;
  const { currency, amountMinor, creditDebitIndicator } = transaction;
  const kind = `${side[creditDebitIndicator]} ${currency} amounts`;
  if (usualAmount === null) return `${kind} of this account are too few yet to say what is usual for it.`;
  const { lowMinor, typicalMinor, highMinor, transactions, windowSpanMs } = usualAmount;
  const compared =
    amountMinor > highMinor ? 'above that' : amountMinor < lowMinor ? 'below that' : 'within that';
  return (
    `${kind} are usually ${moneyRange(lowMinor, highMinor, currency)}, typically ${money(typicalMinor, currency)} ` +
    `(${wholeNumber(transactions)} in ${span(windowSpanMs)}); this one is ${compared}.`
  );
}

/** A reader who sees a low score must not take the hold for a mistake, nor take what is held for money that is safe. */
export function bankRemark({ verdict }: JudgedTransaction, ruleset: Ruleset | undefined): string {
  if (verdict.outcome === 'cleared') return '';
  const isByScore = ruleset === undefined || verdict.score >= ruleset.holdAt;
  const low = isByScore
    ? ''
    : ` Its score alone would not have held it, which takes ${ruleset.holdAt.toFixed(2)}: one of the reasons holds whatever the score.`;
  return `${low} Whether the payment was executed is known to its bank.`;
}

/** "0.70 of 1, by ruleset test@1". */
export function scoreFacts({ verdict }: JudgedTransaction): string {
  const { versions, score } = verdict;
  const by = `ruleset ${versions.ruleset}${versions.model === undefined ? '' : ` and model ${versions.model}`}`;
  return `${score.toFixed(2)} of 1, by ${by}`;
}
