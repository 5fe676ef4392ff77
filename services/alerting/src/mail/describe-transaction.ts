import { maskAccount, shownTransactionId, streams } from '@weir/contracts';
import type { Alert, CreditDebitIndicator } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { JudgedTransaction } from '../judged-transaction.ts';
import type { TransactionFinding } from '../read-record.ts';
import { explainReason } from '../wording/explain-reason.ts';
import { capitalised, counted, money, sentence, span, utcTime } from '../wording/format.ts';
import { transactionHeadline } from '../wording/headline.ts';
import type { Block, MailDocument, Section } from './mail-document.ts';
import { maskCounterparty } from '../wording/masking.ts';
import { historyRemark, reasonsInOrder, summaryOf } from '../wording/summary.ts';

/** Of the amounts in the evidence, so many are shown: enough to see a pattern without scrolling past it. */
const mostAmountsShown = 10;

/** What a reader must not have to open the mail for: whether the payment waits for somebody. */
const subjectEnds = { held: 'held', cleared: 'worth a look' } as const;

const side: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'Outgoing', CRDT: 'Incoming' };

/** The mail about a transaction that was held, or that went through and is worth a look. */
export function describeTransaction(
  alert: Alert,
  finding: TransactionFinding,
  context: { readonly footer: string; readonly ruleset: Ruleset | undefined },
): MailDocument {
  const headline = transactionHeadline(finding.judged);
  const { outcome } = finding.judged.verdict;
  return {
    subject: `${capitalised(alert.severity)}: ${headline}, ${subjectEnds[outcome]}`,
    severity: alert.severity,
    headline,
    sections: [
      whatHappened(finding.judged),
      whyUnusual(finding.judged, context.ruleset),
      whatWasDone(finding.judged, context.ruleset),
      lookFurther(alert, finding),
    ],
    footer: context.footer,
  };
}

function whatHappened({ transaction }: JudgedTransaction): Section {
  const { channel, country, bookingDate } = transaction;
  return {
    title: 'What happened',
    blocks: [
      {
        kind: 'facts',
        rows: [
          ['Amount', `${money(transaction.amountMinor, transaction.currency)}, ${directionOf(transaction)}`],
          ['When', utcTime(transaction.eventTime)],
          ['Account', maskAccount(transaction.account)],
          ['Counterparty', maskCounterparty(transaction) ?? 'not named'],
          ...(channel === undefined ? [] : [['Channel', channel.replaceAll('_', ' ')] as const]),
          ...(country === undefined ? [] : [['Country', country] as const]),
          ...(bookingDate === undefined ? [] : [['Booking date', bookingDate] as const]),
          ['Tenant', transaction.tenant],
        ],
      },
    ],
  };
}

const directionOf = ({ creditDebitIndicator }: JudgedTransaction['transaction']): string =>
  creditDebitIndicator === 'DBIT' ? 'money leaving the account' : 'money coming to the account';

function whyUnusual(judged: JudgedTransaction, ruleset: Ruleset | undefined): Section {
  const summary = summaryOf(judged);
  return {
    title: 'Why it is unusual for this account',
    blocks: [
      ...(summary === undefined ? [] : [{ kind: 'paragraph', text: sentence(summary) } as const]),
      { kind: 'paragraph', text: whatIsUsual(judged) },
      {
        kind: 'list',
        items: reasonsInOrder(judged).map((reason) => explainReason(reason, judged, ruleset)),
      },
      ...recentAmounts(judged),
    ],
  };
}

/** What is usual for the account, and how much that says; of an account without a past only the latter. */
function whatIsUsual(judged: JudgedTransaction): string {
  const remark = historyRemark(judged);
  if (remark === undefined) return usualAmounts(judged);
  return judged.evidence.usualAmount === null ? remark : `${usualAmounts(judged)} ${remark}`;
}

function usualAmounts({ transaction, evidence }: JudgedTransaction): string {
  const { usualAmount } = evidence;
  const { currency, amountMinor, creditDebitIndicator } = transaction;
  const kind = `${side[creditDebitIndicator]} ${currency} amounts`;
  if (usualAmount === null) return `${kind} of this account are too few yet to say what is usual for it.`;
  const { lowMinor, typicalMinor, highMinor, transactions, windowSpanMs } = usualAmount;
  const inside = amountMinor >= lowMinor && amountMinor <= highMinor;
  const compared = inside
    ? 'within that range'
    : amountMinor > highMinor
      ? 'above that range'
      : 'below that range';
  return (
    `${kind} of this account are usually between ${money(lowMinor, currency)} and ${money(highMinor, currency)}, ` +
    `typically ${money(typicalMinor, currency)} ` +
    `(over the last ${span(windowSpanMs)}, ${counted(transactions, 'transaction')}). ` +
    `This one is ${money(amountMinor, currency)}, ${compared}.`
  );
}

function recentAmounts({ evidence }: JudgedTransaction): readonly Block[] {
  const newestFirst = evidence.recentAmounts.toReversed().slice(0, mostAmountsShown);
  if (newestFirst.length === 0) return [];
  return [
    {
      kind: 'paragraph',
      text: `The last ${counted(newestFirst.length, 'transaction')} of the account before it:`,
    },
    {
      kind: 'list',
      items: newestFirst.map(
        ({ eventTime, amountMinor, currency, creditDebitIndicator }) =>
          `${utcTime(eventTime)}: ${money(amountMinor, currency)} ${creditDebitIndicator === 'DBIT' ? 'out' : 'in'}`,
      ),
    },
  ];
}

function whatWasDone({ verdict }: JudgedTransaction, ruleset: Ruleset | undefined): Section {
  const { versions, score, outcome } = verdict;
  const by = `ruleset ${versions.ruleset}${versions.model === undefined ? '' : ` and model ${versions.model}`}`;
  return {
    title: 'What was done',
    blocks: [
      {
        kind: 'paragraph',
        text:
          `${done[outcome]} Its score is ${score.toFixed(2)} on a scale from 0 to 1, by ${by}.` +
          `${ruleset === undefined ? '' : thresholdRemarks[outcome](score, ruleset)} ` +
          'Weir moves no money itself; whether the payment was executed is known to the bank that sent it.',
      },
    ],
  };
}

const done = {
  held: 'It is held: it was not passed to downstream systems.',
  cleared:
    'It went through: it was cleared and passed to downstream systems, and nothing waits for a decision. You are told because it is worth a look.',
} as const;

/** A reader who sees a low score must not take the hold for a mistake, nor the alert. */
const thresholdRemarks: Readonly<
  Record<JudgedTransaction['verdict']['outcome'], (score: number, ruleset: Ruleset) => string>
> = {
  held: (score, { holdAt }) =>
    score >= holdAt
      ? ` From ${holdAt.toFixed(2)} on a transaction is held.`
      : ` That alone would not have held it, which takes ${holdAt.toFixed(2)}: one of the reasons above holds whatever the score.`,
  cleared: (score, { alertAt }) =>
    alertAt !== undefined && score >= alertAt
      ? ` From ${alertAt.toFixed(2)} on people are told.`
      : ` One of the reasons above tells people whatever the score.`,
};

const recordLabels = { held: 'Held record', cleared: 'Flagged record' } as const;

function lookFurther(alert: Alert, { judged, place, identity }: TransactionFinding): Section {
  return {
    title: 'How to look further',
    blocks: [
      {
        kind: 'commands',
        rows: [
          [
            `npx weir explain ${judged.sourcePartition}/${judged.sourceOffset}`,
            'how this verdict came about, part by part',
          ],
          ['npx weir tail held --all --no-follow', 'held transactions with their verdicts and evidence'],
          ['npx weir ledger', 'whether every accepted transaction has its one verdict'],
        ],
      },
      {
        kind: 'facts',
        rows: [
          ['Transaction id', shownTransactionId(judged.transaction)],
          ['Event id', identity],
          ['Alert id', alert.alertId],
          [
            recordLabels[judged.verdict.outcome],
            `${place.topic}, partition ${place.partition}, offset ${place.offset}`,
          ],
          [
            'In the log',
            `${streams.received.topic}, partition ${judged.sourcePartition}, offset ${judged.sourceOffset}`,
          ],
        ],
      },
    ],
  };
}
