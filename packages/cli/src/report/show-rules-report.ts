import { grouped, table } from '../terminal/table.ts';
import type { Doing, Known, RulesReport, Section } from './comparison.ts';
import type { Level } from './read-both-ways.ts';
import { leftOutSentences, namesOf, shareText, titleOf } from './words.ts';

/** More than these say little more; --json has them all. */
const shownRules = 20;

/** A report for a person. */
export function showRulesReport(report: RulesReport): string[] {
  const { from, to, sections } = report;
  return [
    `Transactions that happened from ${minute(from)} to ${minute(to)} (UTC).`,
    ...(sections.length === 0 ? ['None got a verdict in that time.'] : []),
    ...sections.flatMap((section) => ['', ...showSection(section)]),
    ...leftOutSentences(report.leftOut).flatMap((sentence) => ['', sentence]),
  ];
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

function showSection(section: Section): string[] {
  const { base, other } = namesOf(section);
  return [
    titleOf(section),
    `${grouped(section.transactions)} transactions, ${minute(section.firstEventTime)} to ${minute(section.lastEventTime)}.`,
    ...comparison(section),
    '',
    ...table(
      ['', 'held', 'flagged', 'alerts a day', 'frauds among known'],
      [doingRow(base, section.base), doingRow(other, section.other)],
      [1, 2, 3],
    ),
    '',
    ...flips(section, base, other),
    ...groups(section),
    ...rules(section, base, other),
    ...section.warnings.map((warning) => `! ${warning}`),
  ];
}

/** What the difference comes to, in sentences. */
export function comparison(section: Section): readonly string[] {
  const { alerts, cells } = section;
  const { base, other } = namesOf(section);
  const isSame = cells.every((cell) => cell.base === cell.other);
  if (isSame && section.stage === 'alone') return [aloneText(section)];
  if (isSame) return [`${other} would have decided every one of them the same way.`];
  const newly = alerts.onlyOther.transactions;
  const gone = alerts.onlyBase.transactions;
  return [
    `With ${other} ${counted(newly, 'alert')} would come and ${grouped(gone)} go: ${section.other.alertsPerDay.toFixed(1)} a day instead of ${section.base.alertsPerDay.toFixed(1)}.`,
    ...(newly === 0 ? [] : [`Of the new ones ${outcomesText(alerts.onlyOther)}.`]),
    ...(gone === 0 ? [] : [`Of those that go ${outcomesText(alerts.onlyBase)}; ${base} raises them.`]),
  ];
}

const aloneText = ({ rules }: Section): string =>
  rules.every(({ shadow }) => shadow === 0)
    ? 'No candidate stood beside it, and no shadow rule of its own fired.'
    : 'Its shadow rules fired and would have changed nothing.';

const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

const outcomesText = ({ fraud, genuine, unknown }: Known): string =>
  `${grouped(fraud)} are known to be fraud and ${grouped(genuine)} genuine; of ${grouped(unknown)} nobody has said`;

const doingRow = (name: string, { held, flagged, alertsPerDay, precision, outcomes }: Doing): string[] => [
  name,
  grouped(held),
  grouped(flagged),
  alertsPerDay.toFixed(1),
  precision === null
    ? 'none known'
    : `${grouped(outcomes.fraud)} of ${grouped(outcomes.fraud + outcomes.genuine)}, ${shareText(precision)}`,
];

const levelWords: Readonly<Record<Level, string>> = {
  cleared: 'cleared',
  flagged: 'cleared with an alert',
  held: 'held',
};

function flips(section: Section, base: string, other: string): string[] {
  const rows = section.cells.map((cell) => [
    levelWords[cell.base],
    levelWords[cell.other],
    ...[cell.transactions, cell.fraud, cell.genuine, cell.unknown].map(grouped),
  ]);
  const header = [base, other, 'transactions', 'fraud', 'genuine', 'not known'];
  return [...table(header, rows, [2, 3, 4, 5]), ''];
}

function groups({ groups: found, candidate, ruleset }: Section): string[] {
  if (found === null) return [];
  const rows = (
    [
      [`other accounts (${ruleset})`, found.base],
      [`canary accounts (${candidate ?? '?'})`, found.canary],
    ] as const
  ).map(([name, group]) => [
    name,
    grouped(group.transactions),
    group.alertShare === null ? '-' : shareText(group.alertShare),
    ...doingRow('', group).slice(1),
  ]);
  const header = [
    'what really happened',
    'transactions',
    'with an alert',
    'held',
    'flagged',
    'alerts a day',
    'frauds among known',
  ];
  return [...table(header, rows, [1, 3, 4, 5]), ''];
}

function rules({ rules: counts, rulesLeftOut }: Section, base: string, other: string): string[] {
  if (counts.length === 0) return [];
  const rows = counts
    .slice(0, shownRules)
    .map((one) => [one.rule, ...[one.base, one.other, one.onlyBase, one.onlyOther, one.shadow].map(grouped)]);
  const further = counts.length - shownRules;
  return [
    ...table(
      ['rule or reason', base, other, 'only the first', 'only the second', 'as a shadow rule'],
      rows,
      [1, 2, 3, 4, 5],
    ),
    ...(further > 0 ? [`and ${grouped(further)} more (--json has all)`] : []),
    ...(rulesLeftOut > 0 ? [`Rules beyond the first ${grouped(counts.length)} were not counted.`] : []),
    '',
  ];
}
