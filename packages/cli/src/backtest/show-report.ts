import { scoreKinds, scoreNames } from '@weir/backtest';
import type { AlertCounts, Alerting, BacktestReport, BacktestSettings } from '@weir/backtest';
import { grouped, table } from '../terminal/table.ts';

/** The report as one JSON object: what was run, what became of the rows, and what was measured. */
export function jsonOf(report: BacktestReport, settings: BacktestSettings, seconds: number): unknown {
  const { judged, refused, learned, metrics } = report;
  return {
    ruleset: settings.ruleset.ref,
    windowPlan: settings.plan.ref,
    holdAt: settings.ruleset.holdAt,
    outcomes: settings.outcomes,
    rows: { judged, ...refused },
    learned,
    ...metrics,
    seconds: Math.round(seconds * 1000) / 1000,
    transactionsPerSecond: Math.round(judged / seconds),
  };
}

const shown = (value: number | null): string => (value === null ? '-' : value.toFixed(3));

/** The report for a person. */
export function showReport(report: BacktestReport, settings: BacktestSettings, seconds: number): string[] {
  const { judged, refused, learned, metrics } = report;
  const { range, k } = metrics;
  const rows = scoreKinds.map((kind) => {
    const of = metrics.scores[kind];
    return [scoreNames[kind], shown(of.rocAuc), shown(of.averagePrecision), shown(of.cardPrecisionAtK)];
  });
  const { atHold, atAlertsPerDay } = metrics.scores.score;
  return [
    `${grouped(judged)} transactions judged by ${settings.ruleset.ref} in ${seconds.toFixed(1)} s (${grouped(Math.round(judged / seconds))} a second).`,
    ...showRefused(refused),
    learned === null
      ? 'Nothing was learned: the transactions end before the first outcome is due.'
      : `Learned from ${grouped(learned.transactions)} transactions, ${grouped(learned.frauds)} of them frauds.`,
    `Measured ${range.from ?? '-'} to ${range.to ?? '-'}: ${grouped(range.transactions)} transactions, ${grouped(range.frauds)} frauds.`,
    '',
    ...table(['', 'ROC AUC', 'average precision', `card precision@${String(k)}`], rows, [1, 2, 3]),
    '',
    ...(atHold === null ? [] : [showAlerting('Held', atHold)]),
    ...(atAlertsPerDay === null
      ? []
      : [
          showAlerting(`At ${String(metrics.alertsPerDay?.wanted ?? 0)} alerts a day`, atAlertsPerDay),
          `So many alerts can reach a recall of ${shown(metrics.alertsPerDay?.recallCeiling ?? null)} at most, of ${shown(metrics.alertsPerDay?.recallCeilingOverAll ?? null)} over all accounts.`,
        ]),
    ...metrics.notes,
  ];
}

const showCounts = ({ alertsPerDay, precision, recall }: AlertCounts): string =>
  `${alertsPerDay.toFixed(1)} alerts a day, precision ${shown(precision)}, recall ${shown(recall)}`;

/** Where accounts were left out, alerts on them count for whoever has to look at alerts. */
const showAlerting = (what: string, { threshold, overAll, ...measured }: Alerting): string =>
  `${what} (from ${threshold.toFixed(3)}): ${showCounts(measured)}${overAll.alerts === measured.alerts ? '' : `; over all accounts ${showCounts(overAll)}`}.`;

function showRefused({ refused, duplicates, byReason, first }: BacktestReport['refused']): string[] {
  return [
    ...(duplicates === 0
      ? []
      : [`${grouped(duplicates)} rows repeat an earlier one and got no second verdict.`]),
    ...(refused === 0 ? [] : [`${grouped(refused)} rows were refused:`]),
    ...byReason.map(({ field, code, rows }) => {
      const line = first.find((one) => one.field === field && one.code === code)?.line;
      const where = line === undefined ? '' : `, first in line ${String(line)}`;
      return `  ${field === '' ? '' : `${field}: `}${code}, ${grouped(rows)} rows${where}`;
    }),
  ];
}
