import type { Readable } from 'node:stream';
import { parse, type CsvError, type Info } from 'csv-parse';
import { BacktestError } from '../backtest-error.ts';
import { bindMapping, type RowReader } from './bind-mapping.ts';
import { mappingByOwnNames, type Mapping } from './mapping.ts';
import { readFailure } from './open-input.ts';
import type { RowOutcome } from './row.ts';

/** So much one record may hold, in bytes: a quote that is never closed must not read the whole file. */
const maxRecordBytes = 65_536;

/**
 * The rows of a CSV file with a header, one after the other. Without a mapping
 * its columns have Weir's own names. Records that are no CSV are bad rows.
 */
export async function* readCsv(
  bytes: Readable,
  mapping: Mapping | undefined,
): AsyncGenerator<RowOutcome, void, undefined> {
  const skipped: number[] = [];
  const parser = parse({
    bom: true,
    delimiter: mapping?.delimiter ?? ',',
    info: true,
    max_record_size: maxRecordBytes,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      skipped.push(Number(error?.['lines'] ?? 0));
      return undefined;
    },
  });
  bytes.on('error', (error) => parser.destroy(error));
  let readRow: RowReader | undefined;
  try {
    for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<Parsed>) {
      if (readRow === undefined) {
        readRow = bindMapping(mapping ?? mappingByOwnNames(record), record);
        continue;
      }
      for (const line of skipped.splice(0)) yield notCsv(line);
      yield readRow(record, info.lines);
    }
    if (readRow === undefined)
      throw new BacktestError(65, 'the first line of the transactions is no CSV header');
    for (const line of skipped.splice(0)) yield notCsv(line);
  } catch (error) {
    throw readFailure(error);
  } finally {
    bytes.destroy();
  }
}

type Parsed = { readonly record: readonly string[]; readonly info: Info };

const notCsv = (line: number): RowOutcome => ({
  ok: false,
  bad: { line, transactionId: '', field: '', code: 'not_csv' },
});
