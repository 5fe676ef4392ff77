import type { Check } from './check.ts';
import { table } from '../terminal/table.ts';

/** `ok` where nothing fails: warnings and what was skipped don't count. */
export const isWell = (checks: readonly Check[]): boolean => checks.every(({ status }) => status !== 'fail');

/** A row for each check, then how each that isn't well is mended, then the sum. */
export function showChecks(checks: readonly Check[]): string[] {
  const rows = checks.map(({ status, id, what }) => [
    status === 'ok' ? 'ok' : status.toUpperCase(),
    id,
    what,
  ]);
  const toMend = checks.filter(({ mend }) => mend !== undefined);
  const counted = (['ok', 'warn', 'fail', 'skipped'] as const)
    .map((status) => `${checks.filter((check) => check.status === status).length} ${status}`)
    .join(', ');
  return [
    ...table(['', 'check', 'what'], rows),
    ...toMend.flatMap(({ id, status, mend }) => ['', `${status.toUpperCase()} ${id}`, `  ${mend ?? ''}`]),
    '',
    counted,
  ];
}
