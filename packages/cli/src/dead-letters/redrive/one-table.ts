import { CommandError, exitCodes } from '../../exit-codes.ts';
import type { Meant } from './find-letters.ts';
import type { Planned } from './plan-redrive.ts';

/**
 * A mapping is of one table: read by that of another, a row may say a wrong amount and be accepted. Throws
 * CommandError where rows of several sources are to be redriven, or such as places name under several headers. What a
 * filter leaves of one source may have several: each is read by the names of its columns.
 */
export function requireOneTable(planned: readonly Planned[], meant: Meant): void {
  const rows = planned.flatMap(({ fitness }) =>
    fitness.ok && fitness.from !== 'log' && fitness.offered.columns !== null
      ? [{ source: fitness.source, header: JSON.stringify(fitness.offered.columns) }]
      : [],
  );
  const sources = new Set(rows.map(({ source }) => source));
  if (sources.size > 1) throw several(`sources (${[...sources].slice(0, shownSources).join(', ')})`);
  if (meant.kind === 'places' && new Set(rows.map(({ header }) => header)).size > 1) throw several('headers');
}

const shownSources = 5;

const several = (what: string): CommandError =>
  new CommandError(
    exitCodes.usage,
    `These are rows of several ${what}, and --mapping is of one: redrive them apart`,
  );
