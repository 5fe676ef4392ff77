import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Period } from './rules-report.ts';

/** The command's options as commander gives them. */
export type PeriodOptions = {
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Each day of a period is counted by itself. */
const longestDays = 366;

const usually = '7d';

/**
 * The period that the options mean, in event time: `since` reaches back from the newest transaction there
 * is. Throws CommandError for options that mean none.
 */
export function readPeriod({ since, from, to }: PeriodOptions, newestMs: number): Period {
  if (since !== undefined && from !== undefined) throw wrong('--since', 'either this or --from');
  const toMs = to === undefined ? newestMs + 1 : dayOf('--to', to) + dayMs;
  const fromMs = from === undefined ? toMs - spanOf(since ?? usually) : dayOf('--from', from);
  if (fromMs >= toMs) throw wrong('--from', 'behind the end of the period');
  if (toMs - fromMs > longestDays * dayMs) throw wrong('--from', `a period is at most ${longestDays} days`);
  return { fromMs, toMs };
}

function spanOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([dh])$/.exec(text) ?? [];
  const spanMs = Number(count) * (unit === 'h' ? hourMs : dayMs);
  if (Number.isNaN(spanMs) || spanMs === 0) throw wrong('--since', 'expected a time such as 7d or 12h');
  return spanMs;
}

function dayOf(option: string, text: string): number {
  const dayStartMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse takes February the 30th for a day of March.
  const isDay = !Number.isNaN(dayStartMs) && new Date(dayStartMs).toISOString().startsWith(text);
  if (!isDay) throw wrong(option, 'expected a day such as 2026-01-31');
  return dayStartMs;
}

const wrong = (option: string, why: string): CommandError =>
  new CommandError(exitCodes.usage, `${option}: ${why}`);
