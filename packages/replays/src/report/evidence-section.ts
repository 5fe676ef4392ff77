import { escaped } from '@weir/backtest';
import { noted } from './page-parts.ts';
import type { ReplayReport } from './replay-report.ts';
import { grouped, listed, shownMinute } from './shown.ts';

/** Versions are those that something was judged by. */
type Evidence = Pick<
  ReplayReport,
  'plan' | 'planHash' | 'approvedBy' | 'startedAt' | 'endedAt' | 'records' | 'root'
> &
  Partial<Pick<ReplayReport, 'versions'>>;

/** What anybody needs to hold a report against the manifest. */
export function evidenceSection(report: Evidence): string[] {
  const { plan, planHash, approvedBy, startedAt, endedAt, records, root, versions } = report;
  const rows = [
    ['replay', plan.replayId],
    ['environment', plan.environment],
    ['log', plan.logId],
    ['planned', `${plan.plannedBy}, ${shownMinute(plan.plannedAt)} UTC`],
    ['approved', approvedBy ?? 'by nobody else; nothing left the pipeline'],
    ['run', `${shownMinute(startedAt)} to ${shownMinute(endedAt)} UTC`],
    ['records read', grouped(records)],
    ...(versions === undefined ? [] : [['versions', versionsInWords(versions)]]),
    ['hash of the plan', planHash],
    ['root of the manifest', root],
  ];
  return [
    '<h2>What this rests on</h2>',
    `<dl>${rows.map(([name = '', text = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`).join('\n')}</dl>`,
    noted(
      'The signed manifest names each record that was read by its hash, and this report by the SHA-256 of its JSON: weir replay verify checks it without the pipeline.',
    ),
  ];
}

const versionsInWords = (versions: ReplayReport['versions']): string =>
  listed(
    versions.map(({ versions: { ruleset, model } }) =>
      model === undefined ? ruleset : `${ruleset} with ${model}`,
    ),
    10,
  );
