import type { Alert, AlertTotal } from '@weir/alerts';
import { maskAccount, streams } from '@weir/contracts';
import type { CreditDebitIndicator, RejectionCode } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { ShownAlert } from '../notification.ts';
import { explainReason } from './explain-reason.ts';
import { counted, listed, money, sentence } from './format.ts';
import { refusedHeadline, transactionHeadline } from './headline.ts';
import { plainName } from './masking.ts';
import { refusalText } from './refusal-texts.ts';
import { reasonsInOrder, summaryOf } from './summary.ts';

/** Finds the words of the rules that come with the program. */
export type RulesetOf = (ref: string) => Ruleset | undefined;

const dayMs = 86_400_000;

/** More currencies and directions than this nobody takes in from one line. */
const mostTotalsTold = 2;

const way: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'out', CRDT: 'in' };
const wayOfAccount: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'out of', CRDT: 'into' };

/** The account as it may be shown; undefined where none of the entries can be read any more. */
export function maskedAccount({ entries }: ShownAlert): string | undefined {
  for (const { finding } of entries)
    if (finding?.kind === 'transaction') return maskAccount(finding.judged.transaction.account);
  return undefined;
}

/**
 * An alert in one line: "9,500.00 EUR out of NL•• •••• 4300", "5 transactions, 7,510.00 EUR out of
 * NL•• •••• 4300", "3 records on transactions.received.v1 were refused: it is not sealed".
 */
export function alertHeadline(shown: ShownAlert): string {
  const { alert, entries } = shown;
  const finding = entries[0]?.finding;
  if (alert.kind === 'refused_record') {
    if (finding?.kind === 'refused' && alert.transactions === 1) return refusedHeadline(finding);
    return `${counted(alert.transactions, 'record')} ${alert.transactions === 1 ? 'was' : 'were'} refused: ${refusalTitle(alert.code)}`;
  }
  if (alert.transactions === 1 && finding?.kind === 'transaction') return transactionHeadline(finding.judged);
  const account = maskedAccount(shown) ?? 'an account';
  const count = counted(alert.transactions, 'transaction');
  const [only, another] = alert.totals;
  if (only === undefined) return `${count} of ${account}`;
  if (another === undefined)
    return `${count}, ${moneyOf(only)} ${wayOfAccount[only.creditDebitIndicator]} ${account}`;
  return `${count} of ${account}: ${totalsWords(alert.totals, mostTotalsTold)}`;
}

const refusalTitle = (code: RejectionCode | null): string =>
  code === null ? 'for several reasons' : refusalText(code).title;

const moneyOf = ({ amountMinor, currency }: AlertTotal): string => money(amountMinor, currency);

/** "7,510.00 EUR out and 20.00 USD in"; what is beyond the most is counted. */
export function totalsWords(totals: readonly AlertTotal[], most: number): string {
  const told = totals.slice(0, most).map((total) => `${moneyOf(total)} ${way[total.creditDebitIndicator]}`);
  const left = totals.length - told.length;
  return listed(left > 0 ? [...told, `${left} more`] : told);
}

/** How many transactions of it wait for somebody's decision. */
export const waitingIn = ({ held, released }: Pick<Alert, 'held' | 'released'>): number => held - released;

/** Whether it waits for somebody, as a subject ends: "held, waiting". Closing lets nothing go. Undefined of refused records. */
export function waitingWords(alert: Alert): string | undefined {
  if (alert.verdict === null) return undefined;
  const waiting = waitingIn(alert);
  if (alert.held === 0) return 'nothing waits';
  if (waiting === 0) return 'released, nothing waits';
  const words = alert.state === 'closed' ? 'still held' : 'held, waiting';
  return waiting === alert.transactions ? words : `${waiting} ${words}`;
}

/** Why an alert was raised, in a sentence: of its gravest transaction. */
export function whyInOneLine({ alert, entries }: ShownAlert, rulesetOf: RulesetOf): string {
  const finding = entries[0]?.finding;
  if (finding?.kind === 'refused') return refusalText(finding.rejection.code).meaning;
  if (finding === undefined && alert.code !== null) return refusalText(alert.code).meaning;
  if (finding === undefined) return ruleNames(alert.rules);
  const { judged } = finding;
  const summary = summaryOf(judged);
  if (summary !== undefined) return sentence(summary);
  const [gravest] = reasonsInOrder(judged);
  return gravest === undefined
    ? ruleNames(alert.rules)
    : explainReason(gravest, judged, rulesetOf(judged.verdict.versions.ruleset));
}

function ruleNames(rules: readonly string[]): string {
  const told = rules.flatMap((rule) => plainName(rule) ?? []).slice(0, 5);
  return told.length === 0
    ? 'Its evidence can not be read any more.'
    : `It was raised for ${listed(told)}; its evidence can not be read any more.`;
}

/** What Weir did about it, in a sentence or two. */
export function whatWasDone(alert: Alert): string {
  const { transactions, held, released } = alert;
  if (alert.verdict === null)
    return `${transactions === 1 ? 'It was' : 'They were'} not acted on, and a sealed copy is kept for ${streams.rejected.retentionMs / dayMs} days.`;
  const one = transactions === 1;
  if (held === 0)
    return `${one ? 'It' : 'All'} went through: cleared and passed on. Nothing waits for a decision; you are told because it is worth a look.`;
  const isClosed = alert.state === 'closed';
  if (released === 0 && held === transactions)
    return [
      `${one ? 'It is' : `All ${transactions} are`}${isClosed ? ' still' : ''} held: ${one ? 'it was' : 'they were'} not passed on, and `,
      isClosed ? 'closing lets nothing go.' : `${one ? 'waits' : 'wait'} for your decision.`,
    ].join('');
  const waiting = waitingIn(alert);
  const of = `${waiting === 0 ? 'None' : waiting} of ${one ? 'it' : `the ${transactions}`}`;
  return [
    isClosed
      ? `${of} ${waiting > 1 ? 'are' : 'is'} still held`
      : `${of} ${waiting > 1 ? 'wait' : 'waits'} for your decision`,
    ...(released === 0 ? [] : [`${released} ${released === 1 ? 'was' : 'were'} released`]),
    ...(held === transactions
      ? []
      : [`${transactions - held} went through and ${transactions - held === 1 ? 'is' : 'are'} worth a look`]),
  ]
    .join('; ')
    .concat('.');
}

/** Where an alert stands in the work of people; undefined where nobody has touched it. */
export function stateWords({ state, handledBy, snoozedUntilMs, outcome }: Alert): string | undefined {
  const by = handledBy === null ? '' : ` by ${handledBy}`;
  switch (state) {
    case 'new':
      return undefined;
    case 'acknowledged':
      return `acknowledged${by}`;
    case 'investigating':
      return `investigated${by}`;
    case 'snoozed':
      return `snoozed${by}${snoozedUntilMs === null ? '' : ` until ${new Date(snoozedUntilMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`}`;
    case 'closed':
      return `closed${by}${outcome === null ? '' : ` as a ${outcome.replace('_', ' ')}`}`;
  }
}
