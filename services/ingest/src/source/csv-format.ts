import { isUtf8 } from 'node:buffer';
import { checkOfferedTransaction, maxOfferedBytes, type RejectionCode } from '@weir/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import { createCsvJoiner } from './csv-records.ts';
import { bindMapping, type BoundMapping, type CsvMapping, type RowReader } from './csv-mapping.ts';
import { SourceError } from './source-error.ts';
import type { CheckRecord, ReadRecord, SourceFormat, SourceRecord } from './source-format.ts';

/** Delimited text with a header, read under a mapping. One instance reads one input. */
export const createCsvFormat = (mapping: CsvMapping, futureLimitMs: number): SourceFormat =>
  createTableFormat({
    delimiter: mapping.delimiter,
    bind: (columns) => requireColumns(bindMapping(mapping, columns)),
    check: (json, nowMs) => checkOfferedTransaction(json, nowMs, futureLimitMs),
  });

/** Reads rows of a file whose header is known; undefined where the mapping doesn't fit that header. */
export function createRowFormat(
  mapping: CsvMapping,
  columns: readonly string[],
  futureLimitMs: number,
): Pick<SourceFormat, 'read'> | undefined {
  const bound = bindMapping(mapping, columns);
  if (!bound.ok) return undefined;
  const table = {
    delimiter: mapping.delimiter,
    check: (json: unknown, nowMs: number) => checkOfferedTransaction(json, nowMs, futureLimitMs),
  };
  return { read: (bytes, nowMs) => readTableRow(bytes, nowMs, { columns, readRow: bound.readRow }, table) };
}

type Header = { readonly columns: readonly string[]; readonly readRow: RowReader };

/** The same with another meaning of columns. `bind` throws SourceError for a header that lacks what is needed. */
export function createTableFormat<Value>(options: {
  /** One character of ASCII. */
  readonly delimiter: string;
  readonly bind: (columns: readonly string[]) => RowReader;
  readonly check: CheckRecord<Value>;
}): SourceFormat<Value> {
  const delimiter = options.delimiter.charCodeAt(0);
  let header: Header | undefined;

  function takeHeader(records: SourceRecord[]): SourceRecord[] {
    const [first, ...rest] = records;
    if (header !== undefined || first === undefined) return records;
    header = readHeader(first, options);
    return rest;
  }

  return {
    async *records(lines) {
      const joiner = createCsvJoiner({ delimiter, maxRecordBytes: maxOfferedBytes });
      for await (const chunk of lines) yield takeHeader(joiner.accept(chunk));
      yield takeHeader(joiner.end());
    },
    read(bytes, nowMs) {
      if (header === undefined) throw new TypeError('a row was read before its header');
      return readTableRow(bytes, nowMs, header, options);
    },
    columns: () => header?.columns ?? null,
  };
}

function readTableRow<Value>(
  bytes: Buffer,
  nowMs: number,
  { columns, readRow }: Header,
  { delimiter, check }: { readonly delimiter: string; readonly check: CheckRecord<Value> },
): ReadRecord<Value> {
  if (bytes.length > maxOfferedBytes) return refused('record_too_large');
  if (!isUtf8(bytes)) return refused('not_utf8');
  const row = parseRow(bytes, delimiter);
  return row?.length === columns.length ? check(readRow(row), nowMs) : refused('not_csv');
}

function readHeader(
  record: SourceRecord,
  { delimiter, bind }: Pick<Parameters<typeof createTableFormat>[0], 'delimiter' | 'bind'>,
): Header {
  const readable = record.oversized === null && isUtf8(record.bytes);
  const header = readable ? parseRow(record.bytes, delimiter) : undefined;
  if (header === undefined) throw new SourceError(65, 'the first line of the input is not a CSV header');
  return { columns: header, readRow: bind(header) };
}

function requireColumns(bound: BoundMapping): RowReader {
  if (bound.ok) return bound.readRow;
  const verb = bound.problem === 'missing' ? 'is missing from' : 'stands more than once in';
  throw new SourceError(
    65,
    `the column "${bound.column}" that MAPPING_FILE names ${verb} the header of the input`,
  );
}

/** The cells of one record, or undefined where it is not CSV. */
function parseRow(bytes: Buffer, delimiter: string): readonly string[] | undefined {
  try {
    const rows: string[][] = parse(bytes, { delimiter, record_delimiter: '\n', relax_column_count: true });
    return rows.length === 1 ? rows[0] : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

const refused = <Value>(code: RejectionCode): ReadRecord<Value> => ({
  ok: false,
  rejections: [{ code, path: '' }],
});
