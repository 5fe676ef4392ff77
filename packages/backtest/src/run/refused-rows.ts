import { BacktestError } from '../backtest-error.ts';
import type { BadRow } from '../read/row.ts';

/** Rows that were not taken in: all of them counted, the first ones told. */
export type RefusedRows = {
  readonly add: (bad: BadRow) => void;
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

/** Throws BacktestError (65) at the first row beyond `maxRows`. */
export function createRefusedRows(maxRows: number): RefusedRows {
  const byReason = new Map<string, { readonly field: string; readonly code: string; rows: number }>();
  const first: BadRow[] = [];
  let refused = 0;
  let duplicates = 0;
  return {
    add(bad) {
      refused += 1;
      if (first.length < toldRows) first.push(bad);
      const key = `${bad.field} ${bad.code}`;
      const reason = byReason.get(key) ?? { field: bad.field, code: bad.code, rows: 0 };
      byReason.set(key, reason);
      reason.rows += 1;
      if (refused > maxRows) throw tooMany(maxRows, bad);
    },
    addDuplicate() {
      duplicates += 1;
    },
    report: () => ({ refused, duplicates, byReason: [...byReason.values()], first }),
  };
}

function tooMany(maxRows: number, { line, field, code }: BadRow): BacktestError {
  const hint =
    code === 'amount_precision'
      ? '; "roundToDecimals" in the mapping rounds amounts that went through binary floating point'
      : '';
  const where = field === '' ? '' : ` ${field}:`;
  return new BacktestError(
    65,
    `more than ${String(maxRows)} rows can't be read, the last in line ${String(line)}:${where} ${code}${hint}; --max-bad-rows allows more`,
  );
}
