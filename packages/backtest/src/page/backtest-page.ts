import type { EvaluationState } from '../metrics/evaluation.ts';
import type { Metrics } from '../metrics/measure.ts';
import { precisionRecallCurve } from '../metrics/ranking.ts';
import { scoreKinds, scoreNames } from '../metrics/score-kinds.ts';
import { alertsChart, curveChart, distributionChart } from './charts.ts';
import { pageDocument } from './page-document.ts';
import { escaped } from './svg.ts';

const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

function numbersTable({ scores, k }: Metrics): string {
  const columns = [
    '',
    'ROC AUC',
    'average precision',
    `card precision@${String(k)}`,
    'precision held',
    'recall held',
  ];
  const rows = scoreKinds.map((kind) => {
    const of = scores[kind];
    const cells = [
      of.rocAuc,
      of.averagePrecision,
      of.cardPrecisionAtK,
      of.atHold?.precision ?? null,
      of.atHold?.recall ?? null,
    ];
    return `<tr><th scope="row">${escaped(scoreNames[kind])}</th>${cells.map((cell) => `<td>${shown(cell)}</td>`).join('')}</tr>`;
  });
  const header = columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${header}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function alertsText({ alertsPerDay, scores }: Metrics): string {
  const at = scores.score.atAlertsPerDay;
  if (alertsPerDay === null || at === null) return '';
  const { alertsPerDay: came, precision, recall } = at.overAll;
  const text = `For ${String(alertsPerDay.wanted)} alerts a day the days before set the threshold ${shown(at.threshold)}. Over all accounts it came to ${came.toFixed(1)} a day, precision ${shown(precision)}, recall ${shown(recall)}; so many alerts can reach ${shown(alertsPerDay.recallCeilingOverAll)} at most.`;
  return `<p>${escaped(text)}</p>`;
}

const legend =
  '<p class="note" aria-hidden="true"><span class="key genuine"></span>genuine<span class="key fraud"></span>fraud</p>';

/**
 * What a backtest came to, as one HTML page that needs nothing else: it may be
 * kept beside the scores or sent to somebody. It names no transaction.
 */
export function backtestPage(
  about: { readonly ruleset: string; readonly holdAt: number },
  metrics: Metrics,
  { counted }: Pick<EvaluationState, 'counted'>,
): string {
  const { range } = metrics;
  const measured = `${range.from ?? '–'} to ${range.to ?? '–'}: ${range.transactions.toLocaleString('en')} transactions, ${range.frauds.toLocaleString('en')} frauds, judged by ${about.ruleset}.`;
  return pageDocument(
    `Backtest of ${about.ruleset}`,
    `<h1>Backtest</h1>
<p>${escaped(measured)}</p>
${metrics.notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
${numbersTable(metrics)}
<h2>Scores</h2>
${legend}
${distributionChart(counted.score, about.holdAt)}
<p class="note">The dashed line is where a transaction is held.</p>
<h2>Precision by recall</h2>
${curveChart([
  { kind: 'other', points: precisionRecallCurve(counted.labelFree) },
  { kind: 'own', points: precisionRecallCurve(counted.score) },
])}
<p class="note">The line is the score, the dashed one the score without anything that was learned.</p>
<h2>Held transactions a day</h2>
${alertsText(metrics)}
${legend}
${alertsChart(metrics.perDay)}`,
  );
}
