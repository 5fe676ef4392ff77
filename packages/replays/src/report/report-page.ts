import { escaped, pageDocument } from '@weir/backtest';
import { differencesOf, isClean } from '../comparison-state.ts';
import type { ComparisonState, Timeline } from '../comparison-state.ts';
import { differenceKinds } from '../judgement.ts';
import { answerHtml, reservations } from './answer.ts';
import { differenceList, kindNames } from './difference-list.ts';
import { evidenceSection } from './evidence-section.ts';
import { noted, paragraph, tableHtml } from './page-parts.ts';
import { planInWords } from './plan-in-words.ts';
import type { ReplayReport } from './replay-report.ts';
import { reportStyles } from './report-styles.ts';
import { changesChart, scoreChart } from './score-charts.ts';
import { counted, grouped, shownAmount } from './shown.ts';
import { mainCurrency, markAt, pointKinds, timelineChart } from './timeline-chart.ts';

/** Rows beyond these nobody reads on a page; the report in JSON has all. */
const mostRows = 25;

/**
 * A report as one HTML page that needs nothing else, no script either: it may be kept, printed or sent. It holds
 * pseudonyms, amounts and times.
 */
export function reportPage(report: ReplayReport): string {
  const { comparison, notes, plan } = report;
  const body = [
    '<h1>Replay: then and now</h1>',
    answerHtml(report),
    ...[...reservations(report), ...notes].map((text) => `<p class="warning">${escaped(text)}</p>`),
    ...planInWords(plan).map(paragraph),
    ...(isClean(comparison) ? [] : whatDiffers(comparison)),
    ...scoresSection(comparison),
    ...timelinesSection(comparison.timelines),
    ...differencesSection(report),
    ...evidenceSection(report),
  ];
  return pageDocument(`Replay ${plan.replayId}`, body.join('\n'), reportStyles);
}

function whatDiffers(comparison: ComparisonState): string[] {
  const { kinds, outcomes, alerts, amounts } = comparison;
  const kindRows = differenceKinds.flatMap((kind) =>
    kind === 'same' || kinds[kind] === 0 ? [] : [[kindNames[kind], grouped(kinds[kind])]],
  );
  const changed = outcomes.filter(({ then, now }) => then !== now);
  const amountRows = Object.entries(amounts).flatMap(([currency, flipped]) =>
    (['held', 'cleared'] as const).flatMap((outcome) => {
      const { transactions, amountMinor } = flipped[outcome];
      if (transactions === 0) return [];
      return [[`${outcome} now`, grouped(transactions), shownAmount(amountMinor, currency)]];
    }),
  );
  return [
    '<h2>What differs</h2>',
    tableHtml('By how they differ, the gravest first', ['', 'records'], kindRows),
    ...(changed.length === 0
      ? []
      : [
          tableHtml(
            'What became of them',
            ['then → now', 'records'],
            changed.map(({ then, now, records }) => [`${then} → ${now}`, grouped(records)]),
          ),
        ]),
    ...(alerts.gained + alerts.lost === 0
      ? []
      : [
          noted(
            `With the same outcome, ${grouped(alerts.gained)} have an alert only now, ${grouped(alerts.lost)} only then.`,
          ),
        ]),
    ...(amountRows.length === 0
      ? []
      : [tableHtml('Amounts that flipped', ['', 'records', 'amount'], amountRows)]),
    ...namesTables(comparison),
    ...accountsTable(comparison),
  ];
}

function namesTables({ rules, features, furtherNames }: ComparisonState): string[] {
  const changedRules = Object.entries(rules)
    .filter(([, { gained, lost }]) => gained + lost > 0)
    .sort(([, one], [, other]) => other.gained + other.lost - one.gained - one.lost);
  const changedFeatures = Object.entries(features).sort(([, one], [, other]) => other - one);
  return [
    ...(changedRules.length === 0
      ? []
      : [
          tableHtml(
            'Rules and reasons that come or go',
            ['', 'then', 'now', 'only now', 'only then'],
            changedRules
              .slice(0, mostRows)
              .map(([rule, counts]) => [
                rule,
                ...[counts.then, counts.now, counts.gained, counts.lost].map(grouped),
              ]),
          ),
          ...further(changedRules.length),
        ]),
    ...(changedFeatures.length === 0
      ? []
      : [
          tableHtml(
            'Features that differ',
            ['', 'records'],
            changedFeatures.slice(0, mostRows).map(([feature, count]) => [feature, grouped(count)]),
          ),
          ...further(changedFeatures.length),
        ]),
    ...(furtherNames === 0
      ? []
      : [noted(`${grouped(furtherNames)} changes of further names were not counted one by one.`)]),
  ];
}

function accountsTable({ accounts, furtherAccounts }: ComparisonState): string[] {
  if (accounts.length === 0) return [];
  return [
    tableHtml(
      'Accounts with the most differences',
      ['', 'differences', 'flips'],
      accounts
        .slice(0, mostRows)
        .map(({ account, differences, flips }) => [account, grouped(differences), grouped(flips)]),
    ),
    ...further(accounts.length + furtherAccounts.accounts),
  ];
}

const further = (all: number): string[] =>
  all > mostRows ? [noted(`and ${grouped(all - mostRows)} more`)] : [];

function scoresSection(comparison: ComparisonState): string[] {
  if (comparison.scores.length === 0) return [];
  const hasChanges = comparison.changes.some((count) => count > 0);
  return [
    '<h2>Scores then and now</h2>',
    noted(
      'The darker a square, the more verdicts. What did not change lies on the dashed line; a diamond marks where some flipped.',
    ),
    scoreChart(comparison),
    ...(hasChanges ? [changesChart(comparison)] : []),
  ];
}

function timelinesSection(timelines: readonly Timeline[]): string[] {
  const drawn = timelines.flatMap((timeline, index) => {
    const chart = timelineChart(timeline, `timeline-${String(index)}`);
    if (chart === '') return [];
    const others = timeline.points.filter(
      ({ currency }) => currency !== mainCurrency(timeline.points),
    ).length;
    const left = [
      others === 0 ? [] : [`${counted(others, 'transaction')} in other currencies`],
      timeline.leftOut === 0 ? [] : [`${counted(timeline.leftOut, 'transaction')} in between`],
    ].flat();
    return [
      `<h3>${escaped(timeline.account)}</h3>`,
      chart,
      ...(left.length === 0 ? [] : [noted(`Not drawn: ${left.join(', ')}.`)]),
    ];
  });
  return drawn.length === 0 ? [] : ['<h2>Accounts over time</h2>', legend, ...drawn];
}

const legend = `<p class="legend">${pointKinds
  .map(
    ([kind, words]) =>
      `<span><svg class="sign" viewBox="-9 -9 18 18" aria-hidden="true">${markAt(kind, 0, 0)}</svg>${escaped(words)}</span>`,
  )
  .join('\n')}</p>`;

function differencesSection({ differences, comparison }: ReplayReport): string[] {
  if (differences.length === 0) return [];
  const all = differencesOf(comparison);
  return [
    '<h2>One by one</h2>',
    ...(all > differences.length
      ? [noted(`${grouped(differences.length)} of ${grouped(all)}, the gravest first.`)]
      : []),
    differenceList(differences),
  ];
}
