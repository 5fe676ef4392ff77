import {
  maskAccount,
  shownTransactionId,
  type AlertAnswer,
  type AlertChangesAnswer,
  type AlertDetailAnswer,
  type AlertEntryAnswer,
  type DeliveryAnswer,
} from '@weir/contracts';
import { titleOfScoreReason } from '@weir/scoring';
import { money } from '../explain/feature-words.ts';
import { table } from '../terminal/table.ts';
import { aboutWords, clock, directionWord, heldWords, shortId, stateWords } from './alert-words.ts';
import type { OpenedEvidence } from './open-evidence.ts';
import { showTold } from './show-alerts.ts';

/** An alert and everything that belongs to it, as the command got it. */
export type WholeAlert = {
  readonly detail: AlertDetailAnswer;
  readonly changes: AlertChangesAnswer['changes'];
  readonly deliveries: readonly DeliveryAnswer[];
  readonly entries: readonly AlertEntryAnswer[];
  /** Of the first entries, in their order; undefined where nothing was opened. */
  readonly opened: readonly OpenedEvidence[] | undefined;
};

/** An alert for a person: what it is about, what its evidence says, who did what, and what comes next. */
export function showAlert(whole: WholeAlert): readonly string[] {
  const { detail, opened } = whole;
  return [
    `${capital(detail.alert.severity)}: ${aboutWords(detail.alert)}, ${stateWords(detail.alert)}.`,
    '',
    ...table(['', ''], factsOf(detail)).slice(1),
    '',
    ...(opened === undefined ? entryTable(whole) : openedEntries(whole, opened)),
    ...moreEntries(whole),
    '',
    'What was done',
    ...whole.changes.map((one) => `  ${changeWords(one)}`),
    ...toldTo(whole),
    '',
    ...nextWords(detail),
    ...nextSteps(detail.alert),
  ];
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function factsOf({ alert, case: one, releases }: AlertDetailAnswer): string[][] {
  const waiting = releases.filter(({ approvedAt }) => approvedAt === null);
  return [
    ['alert', alert.alertId],
    ['revision', `${alert.revision}, ${clock(alert.changedAt)}`],
    ['tenant', alert.tenant],
    ...(alert.account === null ? [] : [['account', alert.account]]),
    ...(alert.code === null ? [] : [['refused because', alert.code]]),
    ['score', alert.score.toFixed(3)],
    ...(alert.rules.length === 0 ? [] : [['because of', alert.rules.join(', ')]]),
    ...(alert.kind === 'refused_record' ? [] : [['held', heldWords(alert)]]),
    ['from', clock(alert.firstEventAt)],
    ['to', `${clock(alert.lastEventAt)}${alert.episodeEndedAt === null ? ', and more may join it' : ''}`],
    ...(alert.handledBy === null ? [] : [['handled by', alert.handledBy]]),
    ...(one === null ? [] : [['case', `${one.caseId} (${one.alerts} alerts: ${one.links.join(', ')})`]]),
    ...waiting.map(({ transaction, requestedBy }) => [
      'waits for approval',
      `${transaction}, asked for by ${requestedBy}`,
    ]),
  ];
}

const amountOf = ({ amountMinor, currency, creditDebitIndicator }: AlertEntryAnswer): string =>
  amountMinor === null || currency === null
    ? ''
    : `${money(amountMinor, currency)} ${directionWord(creditDebitIndicator)}`;

const releaseWords = ({ verdict, release }: AlertEntryAnswer): string =>
  release === 'approved'
    ? 'released'
    : release === 'requested'
      ? 'release asked for'
      : (verdict ?? 'refused');

/** What is known without opening anything. */
const entryTable = ({ entries }: WholeAlert): string[] =>
  table(
    ['transaction', 'when', 'amount', 'score', 'stands', 'because of'],
    entries.map((entry) => [
      entry.entryId,
      clock(entry.eventAt),
      amountOf(entry),
      entry.score.toFixed(3),
      releaseWords(entry),
      entry.rules.join(', '),
    ]),
  );

function openedEntries({ entries }: WholeAlert, opened: readonly OpenedEvidence[]): string[] {
  return entries.slice(0, opened.length).flatMap((entry, index) => {
    const evidence = opened[index];
    return [...(index === 0 ? [] : ['']), ...entryLines(entry, evidence ?? { kind: 'unreadable' })];
  });
}

function entryLines(entry: AlertEntryAnswer, evidence: OpenedEvidence): string[] {
  switch (evidence.kind) {
    case 'unreadable':
      return [
        `${entry.entryId}  ${clock(entry.eventAt)}  ${amountOf(entry)}  ${releaseWords(entry)}`.trimEnd(),
        '  Its evidence can not be read: it is not as it was sealed, or ops has no key for it.',
      ];
    case 'refused': {
      const codes = evidence.rejected.rejections.map(({ code, path }) =>
        path === '' ? code : `${code} at ${path}`,
      );
      return [`${entry.entryId}  refused ${clock(entry.eventAt)}`, `  ${codes.join(', ')}`];
    }
    case 'transaction':
      return transactionLines(entry, evidence.judged);
  }
}

function transactionLines(
  entry: AlertEntryAnswer,
  { transaction, verdict, evidence }: Extract<OpenedEvidence, { kind: 'transaction' }>['judged'],
): string[] {
  const { counterparty, remittanceInformation, channel, country } = transaction;
  const { usualAmount } = evidence;
  const withWhom = [
    ...(counterparty?.name === undefined ? [] : [counterparty.name]),
    ...(counterparty?.account === undefined ? [] : [maskAccount(counterparty.account)]),
  ].join(', ');
  return [
    `${amountOf(entry)}  ${clock(entry.eventAt)}  ${releaseWords(entry)}`,
    ...table(
      ['', ''],
      [
        ['  id', `${shownTransactionId(transaction)}   npx weir explain ${entry.entryId}`],
        ['  account', maskAccount(transaction.account)],
        ...(withWhom === ''
          ? []
          : [[transaction.creditDebitIndicator === 'CRDT' ? '  from' : '  to', withWhom]]),
        ...(remittanceInformation === undefined ? [] : [['  says', remittanceInformation]]),
        ...(channel === undefined ? [] : [['  by', [channel, country].filter(Boolean).join(', ')]]),
        ...(usualAmount === null
          ? [['  usual', 'no history to compare with']]
          : [
              [
                '  usual',
                `${money(usualAmount.lowMinor, transaction.currency)} to ${money(usualAmount.highMinor, transaction.currency)}`,
              ],
            ]),
      ],
    ).slice(1),
    ...verdict.reasons.map(({ rule, severity, contribution }) => {
      const words = evidence.rules?.find((one) => one.rule === rule);
      const title = words?.title ?? titleOfScoreReason(rule) ?? rule;
      return `  ${title} (${severity}, ${contribution.toFixed(2)})${words === undefined ? '' : `: ${words.explanation}`}`;
    }),
  ];
}

function moreEntries({ detail, entries, opened }: WholeAlert): string[] {
  const shown = opened === undefined ? entries.length : opened.length;
  const more = detail.alert.transactions - shown;
  return more <= 0 ? [] : [`and ${more} more: --entries ${Math.min(detail.alert.transactions, 50)}`];
}

const changeWords = (one: AlertChangesAnswer['changes'][number]): string =>
  [
    clock(one.at),
    one.action.replaceAll('_', ' '),
    `by ${one.by.name}`,
    ...(one.transaction === null ? [] : [one.transaction]),
    ...(one.reason === null ? [] : [`"${one.reason}"`]),
  ].join('  ');

const toldTo = ({ deliveries }: WholeAlert): string[] =>
  deliveries.length === 0 ? ['', 'Nobody has been told yet.'] : ['', ...showTold(deliveries)];

function nextWords({ alert, next }: AlertDetailAnswer): string[] {
  const due = next.flatMap(({ route, at }) => (at === null ? [] : [`${clock(at)} ${byWhat(route)}`]));
  return due.length === 0
    ? ['Nothing more is told unless something joins it.']
    : [`Looked at next: ${due.join(', ')} (why: npx weir alerts route --explain ${shortId(alert.alertId)})`];
}

/** What a receiver's limit held back goes out as one message, which is no route's. */
const byWhat = (route: string): string =>
  route.startsWith('summary ') ? `in a ${route.replace(' ', ' to ')}` : `by route ${route}`;

function nextSteps({ alertId, state, held, released }: AlertAnswer): string[] {
  const id = shortId(alertId);
  if (state === 'closed') return [];
  return [
    '',
    ...(state === 'new' ? [`  npx weir alerts ack ${id}`] : []),
    ...(held > released ? [`  npx weir alerts release ${id} --reason "..."`] : []),
    `  npx weir alerts close ${id} --as false-positive --reason "..."`,
  ];
}
