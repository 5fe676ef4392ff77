import { escaped, pageDocument } from '@weir/backtest';
import { differencesOf } from '../comparison-state.ts';
import { noted, paragraph, tableHtml } from '../report/page-parts.ts';
import { answerHtml, reservations } from '../report/answer.ts';
import { reportStyles } from '../report/report-styles.ts';
import { counted, grouped, shownAmount, shownMinute, shownScore } from '../report/shown.ts';
import { markAt, pointKinds, timelineChart } from '../report/timeline-chart.ts';
import type { CaseAlert, CaseFacts, CaseRecord } from './case-facts.ts';
import { handOverSection } from './case-page-files.ts';
import { caseStyles } from './case-styles.ts';

/** Rows beyond these nobody reads on a page; the files beside it have all. */
const mostRows = 500;
const mostTold = 200;
const mostActs = 50;

/**
 * The front page of a bundle: one HTML page that needs nothing else, no script either. It holds masked accounts, the
 * names of counterparties, amounts and times.
 */
export function casePage(facts: CaseFacts): string {
  const { maskedAccount, account, report, records } = facts;
  const of = maskedAccount ?? account;
  const body = [
    `<h1>Case of the account ${escaped(of)}</h1>`,
    `<p class="answer told">${escaped(summary(facts))}</p>`,
    answerHtml(report),
    ...[...reservations(report), ...report.notes].map((text) => `<p class="warning">${escaped(text)}</p>`),
    factList(facts),
    ...pictureSection(facts),
    ...toldSection(records),
    ...recordsSection(records),
    ...alertsSection(facts),
    ...handOverSection(facts),
  ];
  return inReadingOrder(pageDocument(`Case of ${of}`, body.join('\n'), `${reportStyles}${caseStyles}`));
}

/** Characters that nobody sees turn the text around them into another: they are shown by their numbers. */
const inReadingOrder = (page: string): string =>
  page.replaceAll(
    /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu,
    (hidden) => `[U+${hidden.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );

function summary({ records, holds, alerts }: CaseFacts): string {
  const names = ['held', 'cleared', 'duplicate', 'rejected', 'control', 'unknown'] as const;
  const parts = names.flatMap((name) => {
    const count = records.filter(({ outcome }) => outcome === name).length;
    return count === 0 ? [] : [`${grouped(count)} ${outcomeWords[name]}`];
  });
  const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  const told = alerts.length === 0 ? 'no alert' : counted(alerts.length, 'alert');
  return `${counted(holds.records, 'record')}${what}; ${told}.`;
}

const outcomeWords = {
  held: 'held',
  cleared: 'cleared',
  duplicate: 'repeated',
  rejected: 'rejected',
  control: 'of control',
  unknown: 'of which the journal says nothing',
} as const;

function factList(facts: CaseFacts): string {
  const { plan } = facts.report;
  const rows = [
    ['why', facts.reason],
    ['account', facts.account],
    ['environment', facts.environment],
    ['range', rangeWords(facts)],
    ['planned', `${facts.plannedBy}, ${shownMinute(plan.plannedAt)} UTC`],
    [
      'approved',
      facts.approvedAt === null
        ? facts.approvedBy
        : `${facts.approvedBy}, ${shownMinute(facts.approvedAt)} UTC`,
    ],
    ['exported', `${facts.exportedBy}, ${shownMinute(facts.exportedAt)} UTC`],
    ['sealed', facts.sealedTo === null ? 'no, it was handed over opened' : `to ${facts.sealedTo}`],
  ];
  return `<dl>${rows.map(([name = '', text = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`).join('\n')}</dl>`;
}

function rangeWords({ range, report }: CaseFacts): string {
  if (range.by === 'offsets') return `${counted(report.plan.stretches.length, 'partition')}, by offsets`;
  const by = range.by === 'logTime' ? 'when the log took it in' : 'when it happened';
  return `${shownMinute(range.from)} to ${shownMinute(range.to)} UTC, by ${by}`;
}

/** Of the replay: it judged every record again, so the picture says then and now. */
function pictureSection({ report }: CaseFacts): string[] {
  const [timeline] = report.comparison.timelines;
  const chart = timeline === undefined ? '' : timelineChart(timeline, 'amounts');
  if (chart === '') return [];
  const legend = pointKinds.map(
    ([kind, words]) =>
      `<span><svg class="sign" viewBox="-9 -9 18 18" aria-hidden="true">${markAt(kind, 0, 0)}</svg>${escaped(words)}</span>`,
  );
  const left = timeline?.leftOut ?? 0;
  return [
    '<h2>Amounts over time</h2>',
    `<p class="legend">${legend.join('\n')}</p>`,
    chart,
    ...(left === 0 ? [] : [noted(`Not drawn: ${counted(left, 'transaction')} in between.`)]),
    ...(differencesOf(report.comparison) === 0
      ? []
      : [noted('What differs between then and now is in replay/report.html.')]),
  ];
}

/** What somebody was told of, or let wait: each with its reasons in words. */
function toldSection(records: readonly CaseRecord[]): string[] {
  const told = records.filter(({ outcome, alert }) => outcome === 'held' || alert);
  if (told.length === 0) return [];
  return [
    '<h2>What was held, or alerted, and why</h2>',
    `<ol class="differences">${told.slice(0, mostTold).map(toldHtml).join('\n')}</ol>`,
    ...further(told.length, mostTold, 'verdicts.ndjson'),
  ];
}

function toldHtml(record: CaseRecord): string {
  const { outcome, alert, score, ruleset, reasons, because, since, counterparty } = record;
  const verdict = [
    outcome === 'held' ? 'held' : alert ? 'cleared, with an alert' : outcome,
    ...(score === null ? [] : [`score ${shownScore(score)}`]),
    ...(ruleset === null ? [] : [`by ${ruleset}`]),
  ].join(', ');
  const place = `partition ${String(record.partition)}, offset ${String(record.offset)}`;
  const facts = [whenOf(record), counterparty ?? [], record.id ?? [], place].flat().join(' · ');
  return [
    '<li>',
    `<p class="what">${escaped(amountOf(record))} <span class="outcome ${outcome}">${escaped(verdict)}</span></p>`,
    `<p class="note">${escaped(facts)}</p>`,
    ...reasons.map(({ title, explanation }) =>
      paragraph(explanation === null ? `${title}.` : `${title}: ${explanation}`),
    ),
    ...(because.length === 0
      ? []
      : [`<ul class="acts">${because.map((text) => `<li>${escaped(text)}</li>`).join('\n')}</ul>`]),
    ...since.map(paragraph),
    '</li>',
  ].join('\n');
}

function recordsSection(records: readonly CaseRecord[]): string[] {
  if (records.length === 0) return ['<h2>Transactions</h2>', paragraph('There are none of it in the range.')];
  const rows = records
    .slice(0, mostRows)
    .map((record) => [
      whenOf(record),
      amountOf(record),
      record.outcome === 'cleared' && record.alert ? 'cleared, alert' : record.outcome,
      record.score === null ? '' : record.score.toFixed(3),
    ]);
  return [
    '<h2>Transactions</h2>',
    tableHtml(
      'In the order of the log; − left the account, + came to it',
      ['happened (UTC)', 'amount', 'verdict', 'score'],
      rows,
    ),
    ...further(records.length, mostRows, 'transactions.ndjson'),
  ];
}

const whenOf = ({ eventTime }: CaseRecord): string =>
  eventTime === null ? 'unknown' : shownMinute(eventTime);

function amountOf({ amountMinor, currency, creditDebitIndicator }: CaseRecord): string {
  if (amountMinor === null || currency === null) return 'unknown amount';
  return `${creditDebitIndicator === 'CRDT' ? '+' : '−'}${shownAmount(amountMinor, currency)}`;
}

function alertsSection({ alerts, records }: CaseFacts): string[] {
  const nameless = records.filter(({ id, outcome }) => id === null && outcome !== 'control').length;
  return [
    '<h2>Alerts, and what people did</h2>',
    ...(nameless === 0
      ? []
      : [
          paragraph(
            `Of ${counted(nameless, 'record')} it is not known which transactions they are, so alerts about them are not here.`,
          ),
        ]),
    ...(alerts.length === 0
      ? nameless === 0
        ? [paragraph('No alert was made of what is in the range.')]
        : []
      : [
          `<ol class="differences">${alerts.slice(0, mostTold).map(alertHtml).join('\n')}</ol>`,
          ...further(alerts.length, mostTold, 'alerts.json'),
        ]),
  ];
}

function alertHtml({
  alertId,
  severity,
  state,
  outcome,
  openedAt,
  inRange,
  others,
  changes,
}: CaseAlert): string {
  const ended = outcome === null ? '' : `, ${outcome.replace('_', ' ')}`;
  const more = others === 0 ? '' : `, and ${grouped(others)} outside the range that are not here`;
  const acts = changes.slice(0, mostActs).map(({ at, by, action, from, to, reason }) => {
    const moved = from === to ? '' : ` (${from} → ${to})`;
    const why = reason === null ? '' : `: ${reason}`;
    return `<li>${escaped(`${shownMinute(at)} ${by.name}: ${action.replaceAll('_', ' ')}${moved}${why}`)}</li>`;
  });
  return [
    '<li>',
    `<p class="what">${escaped(`${severity}, ${state}${ended}`)}</p>`,
    `<p class="note handle">${escaped(`${alertId.slice(0, 12)} · since ${shownMinute(openedAt)} UTC · ${counted(inRange, 'transaction')}${more}`)}</p>`,
    ...(acts.length === 0 ? [] : [`<ul class="acts">${acts.join('\n')}</ul>`]),
    ...further(changes.length, mostActs, 'alerts.json'),
    '</li>',
  ].join('\n');
}

const further = (all: number, shown: number, where: string): string[] =>
  all > shown ? [noted(`and ${grouped(all - shown)} more in ${where}`)] : [];
