import { isUtf8 } from 'node:buffer';
import {
  checkOfferedTransaction,
  maxOfferedBytes,
  type ReadOutcome,
  type RejectionCode,
} from '@weir/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import { createCsvJoiner } from './csv-records.ts';
import { bindMapping, type CsvMapping, type RowReader } from './csv-mapping.ts';
import { SourceError } from './source-error.ts';
import type { SourceFormat, SourceRecord } from './source-format.ts';

/** Delimited text with a header, read under a mapping. One instance reads one input. */
export function createCsvFormat(mapping: CsvMapping, futureLimitMs: number): SourceFormat {
  const delimiter = mapping.delimiter.charCodeAt(0);
  let header: { readonly columnCount: number; readonly readRow: RowReader } | undefined;

  function takeHeader(records: SourceRecord[]): SourceRecord[] {
    const [first, ...rest] = records;
    if (header !== undefined || first === undefined) return records;
    header = readHeader(first, mapping);
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
      if (bytes.length > maxOfferedBytes) return refused('record_too_large');
      if (!isUtf8(bytes)) return refused('not_utf8');
      const row = parseRow(bytes, mapping.delimiter);
      if (row?.length !== header.columnCount) return refused('not_csv');
      return checkOfferedTransaction(header.readRow(row), nowMs, futureLimitMs);
    },
  };
}

function readHeader(record: SourceRecord, mapping: CsvMapping): { columnCount: number; readRow: RowReader } {
  const readable = record.oversized === null && isUtf8(record.bytes);
  const header = readable ? parseRow(record.bytes, mapping.delimiter) : undefined;
  if (header === undefined) throw new SourceError(65, 'the first line of the input is not a CSV header');
  const bound = bindMapping(mapping, header);
  if (!bound.ok) {
    const verb = bound.problem === 'missing' ? 'is missing from' : 'stands more than once in';
    throw new SourceError(
      65,
      `the column "${bound.column}" that MAPPING_FILE names ${verb} the header of the input`,
    );
  }
  return { columnCount: header.length, readRow: bound.readRow };
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

const refused = (code: RejectionCode): ReadOutcome => ({ ok: false, rejections: [{ code, path: '' }] });
