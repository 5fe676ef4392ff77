import { bar, chartSvg, escaped, pageDocument } from '@weir/backtest';
import { grouped } from '../terminal/table.ts';
import type { Day, Doing, Known, RuleCounts, RulesReport, Section } from './comparison.ts';
import { comparison } from './show-rules-report.ts';
import type { Share } from './wilson.ts';
import { leftOutSentences, namesOf, percentOf, shareText, titleOf } from './words.ts';

/** Beside the style of all pages: two kinds of bars, rows of bars for what has a name, and charts that scroll on a phone. */
const styles = `
:root { --live: var(--genuine); --beside: var(--fraud); }
rect.live, .key.live, .bar.live { fill: var(--live); background: var(--live); }
rect.beside, .key.beside, .bar.beside { fill: var(--beside); background: var(--beside); }
.key.live { margin-left: 0; }
.scroll svg { min-width: 40rem; }
.scroll td, .scroll th[scope=row] { white-space: nowrap; }
.bars { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.15rem 0.75rem; align-items: center; }
.name { overflow-wrap: anywhere; grid-row: span 2; }
.row { display: flex; align-items: center; gap: 0.4rem; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.bar { height: 0.7rem; min-width: 1px; flex: none; }
.count { color: var(--quiet); }
.warning { border-left: 3px solid var(--fraud); padding-left: 0.75rem; }
@media (max-width: 36rem) {
  .bars { grid-template-columns: 1fr; }
  .name { grid-row: auto; margin-top: 0.5rem; }
}
`;

/** More bars than these nobody compares; the table of --json has all rules. */
const shownRules = 30;

/** A report as one HTML page that needs nothing else: it may be kept or sent to somebody. It names no transaction. */
export function rulesReportPage(report: RulesReport): string {
  const { from, to, sections } = report;
  const body = [
    '<h1>Rules: as decided and as they would have</h1>',
    paragraph(`Transactions that happened from ${minute(from)} to ${minute(to)} (UTC).`),
    ...(sections.length === 0 ? [paragraph('None got a verdict in that time.')] : []),
    ...sections.map(sectionHtml),
    ...leftOutSentences(report.leftOut).map(noted),
  ];
  return pageDocument('Report on rules', body.join('\n'), styles);
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
const noted = (text: string): string => `<p class="note">${escaped(text)}</p>`;

function sectionHtml(section: Section, index: number): string {
  const { base, other } = namesOf(section);
  const period = `${grouped(section.transactions)} transactions, ${minute(section.firstEventTime)} to ${minute(section.lastEventTime)}.`;
  return [
    `<h2>${escaped(titleOf(section))}</h2>`,
    paragraph(period),
    ...comparison(section).map(paragraph),
    ...section.warnings.map((warning) => `<p class="warning">${escaped(warning)}</p>`),
    doingTable(section, base, other),
    '<h3>Alerts a day</h3>',
    legend(base, other),
    scrolling(alertsChart(section.days, `alerts-${String(index)}`, { base, other })),
    '<h3>What would change</h3>',
    legend(`only ${base}`, `only ${other}`),
    scrolling(flipsChart(section.days, `flips-${String(index)}`, { base, other })),
    flipsTable(section, base, other),
    ...(section.rules.length === 0
      ? []
      : ['<h3>Rules and reasons</h3>', legend(base, other), rulesBars(section.rules)]),
  ].join('\n');
}

const scrolling = (svg: string): string => `<div class="scroll">${svg}</div>`;

const legend = (base: string, other: string): string =>
  `<p class="note"><span class="key live"></span>${escaped(base)}<span class="key beside"></span>${escaped(other)}</p>`;

const tableHtml = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const head = header.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const body = rows.map(
    ([name = '', ...cells]) =>
      `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
};

/** "31 % (12 to 59)". */
const shortShare = (share: Share): string => shareText(share).replace('95 %: ', '').replace(' %)', ')');

const doingCells = ({ held, flagged, alertsPerDay, outcomes, precision }: Doing): string[] => [
  grouped(held),
  grouped(flagged),
  alertsPerDay.toFixed(1),
  `${grouped(outcomes.fraud)} of ${grouped(outcomes.fraud + outcomes.genuine)}`,
  precision === null ? '–' : shortShare(precision),
];

function doingTable({ groups, ...section }: Section, base: string, other: string): string {
  const header = ['', 'held', 'flagged', 'alerts a day', 'frauds of known', 'share of frauds (95 %)'];
  const both = tableHtml(header, [
    [base, ...doingCells(section.base)],
    [other, ...doingCells(section.other)],
  ]);
  if (groups === null) return both;
  const really = [
    [`other accounts, by ${section.ruleset}`, groups.base],
    [`canary accounts, by ${section.candidate ?? '?'}`, groups.canary],
  ] as const;
  return [
    both,
    noted('What really happened, to accounts that are different ones:'),
    tableHtml(
      ['', 'transactions', 'with an alert', ...header.slice(1)],
      really.map(([name, group]) => [
        name,
        grouped(group.transactions),
        group.alertShare === null ? '–' : percentOf(group.alertShare.share),
        ...doingCells(group),
      ]),
    ),
  ].join('\n');
}

type Names = { readonly base: string; readonly other: string };

const knownText = ({ transactions, fraud, genuine, unknown }: Known): string[] =>
  [transactions, fraud, genuine, unknown].map(grouped);

const flipsTable = ({ cells }: Section, base: string, other: string): string =>
  tableHtml(
    [`${base} → ${other}`, 'transactions', 'fraud', 'genuine', 'not known'],
    cells.map((cell) => [`${cell.base} → ${cell.other}`, ...knownText(cell)]),
  );

/** Alerts of both rulesets on each day, side by side. */
const alertsChart = (days: readonly Day[], id: string, names: Names): string =>
  dayChart({
    id,
    title: 'Alerts a day',
    days,
    of: ({ baseAlerts, otherAlerts }) => [baseAlerts, otherAlerts],
    described: (base, other) =>
      `${grouped(base)} alerts of ${names.base} and ${grouped(other)} of ${names.other} on ${String(days.length)} days.`,
    yLabel: 'alerts',
  });

/** Alerts that only one of the rulesets raises, on each day. */
const flipsChart = (days: readonly Day[], id: string, names: Names): string =>
  dayChart({
    id,
    title: 'Alerts that only one of them raises, a day',
    days,
    of: ({ onlyBase, onlyOther }) => [onlyBase, onlyOther],
    described: (base, other) =>
      `${grouped(base)} alerts of ${names.base} alone and ${grouped(other)} of ${names.other} alone on ${String(days.length)} days.`,
    yLabel: 'alerts of one alone',
  });

function dayChart({
  id,
  title,
  days,
  of,
  described,
  yLabel,
}: {
  readonly id: string;
  readonly title: string;
  readonly days: readonly Day[];
  readonly of: (day: Day) => readonly [base: number, other: number];
  readonly described: (base: number, other: number) => string;
  readonly yLabel: string;
}): string {
  const counts = days.map(of);
  const highest = Math.max(1, ...counts.flat());
  const width = 1 / Math.max(1, days.length);
  const every = Math.max(1, Math.ceil(days.length / 8));
  const total = (side: 0 | 1): number => counts.reduce((sum, one) => sum + one[side], 0);
  return chartSvg({
    id,
    title,
    description: described(total(0), total(1)),
    xLabel: 'day (UTC)',
    yLabel,
    xTicks: days.flatMap(({ day }, index) =>
      index % every === 0 ? [{ share: (index + 0.5) * width, label: day.slice(5) }] : [],
    ),
    yTicks: [0, 0.5, 1].map((share) => ({ share, label: (share * highest).toFixed(highest < 4 ? 1 : 0) })),
    marks: counts.flatMap(([base, other], index) => [
      bar('live', [(index + 0.1) * width, (index + 0.48) * width], [0, base / highest]),
      bar('beside', [(index + 0.52) * width, (index + 0.9) * width], [0, other / highest]),
    ]),
  });
}

/** A row of two bars for each rule: how often it fires under either ruleset; a shadow rule's firing stands beside it. */
function rulesBars(rules: readonly RuleCounts[]): string {
  const shown = rules.slice(0, shownRules);
  const highest = Math.max(1, ...shown.flatMap(({ base, other }) => [base, other]));
  const row = (kind: 'live' | 'beside', count: number, more: string): string =>
    `<span class="row"><span class="bar ${kind}" style="width: ${((50 * count) / highest).toFixed(1)}%"></span><span class="count">${escaped(grouped(count) + more)}</span></span>`;
  const rows = shown.map(({ rule, base, other, onlyBase, onlyOther, shadow }) => {
    const alone = (count: number): string => (count === 0 ? '' : `, ${grouped(count)} only there`);
    const asShadow = shadow === 0 ? '' : `, ${grouped(shadow)} as a shadow rule`;
    return `<span class="name">${escaped(rule)}</span>${row('live', base, alone(onlyBase))}${row('beside', other, alone(onlyOther) + asShadow)}`;
  });
  const further = rules.length - shown.length;
  return `<div class="bars">${rows.join('\n')}</div>${further > 0 ? noted(`and ${grouped(further)} more`) : ''}`;
}
