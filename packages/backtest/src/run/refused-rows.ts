import { BacktestError } from '../backtest-error.ts';
import type { BadRow } from '../read/row.ts';

/** Rows that were not taken in: all of them counted, the first ones told. */
export type RefusedRows = {
  /** Takes in a refused row, the last one of so many rows. */
  readonly add: (bad: BadRow, rows: number) => void;
  readonly addDuplicate: () => void;
  readonly report: () => RefusedReport;
};

export type RefusedReport = {
  readonly refused: number;
  /** The same transaction said again: no error, and no second verdict. */
  readonly duplicates: number;
  readonly byReason: readonly { readonly field: string; readonly code: string; readonly rows: number }[];
  readonly first: readonly BadRow[];
};

/** So many of them are told with their line. */
const toldRows = 20;

/** Where nothing else is said so many rows may be refused, or one in a hundred of those so far, whichever is more. */
const usualMaxRows = 100;
const usualShare = 0.01;

/**
 * Throws BacktestError (65) at the first row beyond `maxRows`, which grows with
 * the file where it is undefined: a file that is read in a wrong way ends at its
 * beginning, and a long one not because of what is strange in each million rows.
 */
export function createRefusedRows(maxRows: number | undefined): RefusedRows {
  const byReason = new Map<string, { readonly field: string; readonly code: string; rows: number }>();
  const first: BadRow[] = [];
  let refused = 0;
  let duplicates = 0;
  return {
    add(bad, rows) {
      refused += 1;
      if (first.length < toldRows) first.push(bad);
      const key = `${bad.field} ${bad.code}`;
      const reason = byReason.get(key) ?? { field: bad.field, code: bad.code, rows: 0 };
      byReason.set(key, reason);
      reason.rows += 1;
      const most = maxRows ?? Math.max(usualMaxRows, Math.floor(rows * usualShare));
      if (refused > most) throw tooMany(most, bad);
    },
    addDuplicate() {
      duplicates += 1;
    },
    report: () => ({ refused, duplicates, byReason: [...byReason.values()], first }),
  };
}

function tooMany(maxRows: number, bad: BadRow): BacktestError {
  return new BacktestError(
    65,
    `more than ${String(maxRows)} rows can't be read, the last in ${reasonOf(bad)}; --max-bad-rows allows more`,
  );
}

/** Why nothing was measured where not one row of a file could be judged. */
export const noneJudged = (first: BadRow): BacktestError =>
  new BacktestError(65, `not one row could be read, the first in ${reasonOf(first)}`);

const reasonOf = ({ line, field, code }: BadRow): string =>
  `line ${String(line)}:${field === '' ? '' : ` ${field}:`} ${code}${hintOf(field, code)}`;

/** What most likely helps, for what is most likely wrong in files of others. */
function hintOf(field: string, code: BadRow['code']): string {
  if (field === 'amount' && (code === 'field_format' || code === 'amount_precision'))
    return ' (an amount is decimal text such as 1234.50, without separators of thousands; "roundToDecimals" in the mapping rounds one that went through binary floating point)';
  if (field === 'eventTime' && code === 'field_format')
    return ' (a time is such as 2018-04-01T00:00:31Z; in the mapping "offset" is for one without a zone, "unit" for a number)';
  return '';
}
