import { grouped, table } from '../terminal/table.ts';
import type { IngestProgress, IngestSummary } from './ingest-messages.ts';

/** One line about a feed under way. */
export function describeProgress(progress: IngestProgress): string {
  const { acknowledged, rejected, bytesRead, bytesTotal, eventTime } = progress;
  const share =
    bytesTotal === null || bytesTotal === 0 ? '' : `${Math.floor((100 * bytesRead) / bytesTotal)} %  `;
  const upTo = eventTime === null ? '' : `  up to ${eventTime}`;
  return `${share}${grouped(acknowledged)} accepted, ${grouped(rejected)} rejected${upTo}`;
}

/** What became of an input, and why records were rejected. */
export function showSummary(summary: IngestSummary): string[] {
  const { offered, acknowledged, rejected, failed, unknown, state, rejections } = summary;
  if (offered === 0) return ['The input holds no record; nothing was fed.'];
  const lines = [
    `${grouped(offered)} offered = ${grouped(acknowledged)} acknowledged + ${grouped(rejected)} rejected` +
      ` + ${grouped(failed)} failed + ${grouped(unknown)} unknown`,
  ];
  if (state === 'stopped_at_limit')
    lines.push('Stopped at the time given; the same command without --until goes on.');
  if (state === 'interrupted') lines.push('Interrupted; the same command goes on where it was.');
  if (rejections.length > 0) {
    const rows = rejections.map(({ code, path, count, firstLines }) => [
      code,
      path === '' ? '(record)' : path,
      grouped(count),
      firstLines.join(', '),
    ]);
    lines.push('', ...table(['rejected because', 'field', 'records', 'first lines'], rows, [2]));
    lines.push('', 'The rejected records are kept: npx weir deadletters list');
  }
  return lines;
}
