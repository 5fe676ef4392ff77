import { createTableFormat } from '../source/csv-format.ts';
import { bindMapping, type RowReader } from '../source/csv-mapping.ts';
import { createJsonLinesFormat } from '../source/ndjson-format.ts';
import { SourceError } from '../source/source-error.ts';
import type { CheckRecord, SourceFormat } from '../source/source-format.ts';

/** What the columns of a file of outcomes are called; no other column is looked at. */
const columns = [
  'transaction',
  'tenant',
  'account.iban',
  'account.card.token',
  'account.card.lastFour',
  'account.other.id',
  'account.other.scheme',
  'transactionId',
  'outcome',
  'reportedAt',
  'reportedBy',
];

export type OutcomeFormat = 'csv' | 'ndjson';

export const createOutcomeFormat = <Value>(
  format: OutcomeFormat,
  check: CheckRecord<Value>,
): SourceFormat<Value> =>
  format === 'ndjson'
    ? createJsonLinesFormat(check)
    : createTableFormat({ delimiter: ',', bind: readHeader, check });

/** Throws SourceError where no outcome could be read by the header. */
function readHeader(header: readonly string[]): RowReader {
  const known = columns.filter((column) => header.includes(column));
  const missing = !known.includes('outcome')
    ? 'outcome'
    : known.includes('transaction') || known.includes('transactionId')
      ? undefined
      : 'transaction';
  if (missing !== undefined)
    throw new SourceError(65, `the column "${missing}" is missing from the header of the input`);
  const bound = bindMapping(
    { fields: Object.fromEntries(known.map((column) => [column, { column }])) },
    header,
  );
  if (!bound.ok)
    throw new SourceError(
      65,
      `the column "${bound.column}" stands more than once in the header of the input`,
    );
  return bound.readRow;
}
