import { maskAccount, shownTransactionId, streams } from '@weir/contracts';
import type { Alert, CreditDebitIndicator, HeldTransaction } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { HeldFinding } from '../read-record.ts';
import { explainReason } from '../wording/explain-reason.ts';
import { capitalised, counted, money, sentence, span, utcTime } from '../wording/format.ts';
import { heldHeadline } from '../wording/headline.ts';
import type { Block, MailDocument, Section } from './mail-document.ts';
import { maskCounterparty } from '../wording/masking.ts';
import { historyRemark, reasonsInOrder, summaryOf } from '../wording/summary.ts';

/** Of the amounts in the evidence, so many are shown: enough to see a pattern without scrolling past it. */
const mostAmountsShown = 10;

const side: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'Outgoing', CRDT: 'Incoming' };

/** The mail about a held transaction. */
export function describeHeld(
  alert: Alert,
  finding: HeldFinding,
  context: { readonly footer: string; readonly ruleset: Ruleset | undefined },
): MailDocument {
  const { transaction } = finding.held;
  const headline = heldHeadline(transaction);
  return {
    subject: `${capitalised(alert.severity)}: ${headline}, held`,
    severity: alert.severity,
    headline,
    sections: [
      whatHappened(finding.held),
      whyUnusual(finding.held, context.ruleset),
      whatWasDone(finding.held, context.ruleset),
      lookFurther(alert, finding),
    ],
    footer: context.footer,
  };
}

function whatHappened({ transaction }: HeldTransaction): Section {
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

const directionOf = ({ creditDebitIndicator }: HeldTransaction['transaction']): string =>
  creditDebitIndicator === 'DBIT' ? 'money leaving the account' : 'money coming to the account';

function whyUnusual(held: HeldTransaction, ruleset: Ruleset | undefined): Section {
  const summary = summaryOf(held);
  return {
    title: 'Why it is unusual for this account',
    blocks: [
      ...(summary === undefined ? [] : [{ kind: 'paragraph', text: sentence(summary) } as const]),
      { kind: 'paragraph', text: whatIsUsual(held) },
      {
        kind: 'list',
        items: reasonsInOrder(held).map((reason) => explainReason(reason, held, ruleset)),
      },
      ...recentAmounts(held),
    ],
  };
}

/** What is usual for the account, and how much that says; of an account without a past only the latter. */
function whatIsUsual(held: HeldTransaction): string {
  const remark = historyRemark(held);
  if (remark === undefined) return usualAmounts(held);
  return held.evidence.usualAmount === null ? remark : `${usualAmounts(held)} ${remark}`;
}

function usualAmounts({ transaction, evidence }: HeldTransaction): string {
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

function recentAmounts({ evidence }: HeldTransaction): readonly Block[] {
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

function whatWasDone({ verdict }: HeldTransaction, ruleset: Ruleset | undefined): Section {
  const { versions, score } = verdict;
  const by = `ruleset ${versions.ruleset}${versions.model === undefined ? '' : ` and model ${versions.model}`}`;
  return {
    title: 'What was done',
    blocks: [
      {
        kind: 'paragraph',
        text:
          `It is held: it was not passed to downstream systems. Its score is ${score.toFixed(2)} ` +
          `on a scale from 0 to 1, by ${by}.${ruleset === undefined ? '' : thresholdRemark(score, ruleset)} ` +
          'Weir moves no money itself; whether the payment was executed is known to the bank that sent it.',
      },
    ],
  };
}

/** A reader who sees a low score must not take the hold for a mistake. */
const thresholdRemark = (score: number, { holdAt }: Ruleset): string =>
  score >= holdAt
    ? ` From ${holdAt.toFixed(2)} on a transaction is held.`
    : ` That alone would not have held it, which takes ${holdAt.toFixed(2)}: one of the reasons above holds whatever the score.`;

function lookFurther(alert: Alert, { held, place, identity }: HeldFinding): Section {
  return {
    title: 'How to look further',
    blocks: [
      {
        kind: 'commands',
        rows: [
          ['npx weir tail held --all --no-follow', 'held transactions with their verdicts and evidence'],
          ['npx weir ledger', 'whether every accepted transaction has its one verdict'],
        ],
      },
      {
        kind: 'facts',
        rows: [
          ['Transaction id', shownTransactionId(held.transaction)],
          ['Event id', identity],
          ['Alert id', alert.alertId],
          ['Held record', `${place.topic}, partition ${place.partition}, offset ${place.offset}`],
          [
            'In the log',
            `${streams.received.topic}, partition ${held.sourcePartition}, offset ${held.sourceOffset}`,
          ],
        ],
      },
    ],
  };
}
