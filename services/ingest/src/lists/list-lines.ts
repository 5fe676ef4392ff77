import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import type { RejectionCode } from '@weir/contracts';
import type { Line } from '../source/frame-lines.ts';
import { SourceError } from '../source/source-error.ts';
import type { EntryCells } from './entry-of.ts';

/** What the columns are called, whatever the case; no other column is looked at. */
const columns: Readonly<Record<string, keyof EntryCells>> = {
  account: 'account',
  iban: 'iban',
  id: 'id',
  scheme: 'scheme',
  cardtoken: 'cardToken',
  expiresat: 'expiresAt',
};

const naming: readonly (keyof EntryCells)[] = ['account', 'iban', 'id', 'cardToken'];

const delimiters = [',', ';', '\t'] as const;

export type ReadLine = EntryCells | RejectionCode;

/**
 * What the lines of a list are: a table under a header, or an account on each line. The first line tells
 * which: undefined where it is an account itself. Throws SourceError for a header that names no account.
 */
export function headerIn(first: Line): ((line: Line) => ReadLine) | undefined {
  const text = first.oversized === null && isUtf8(first.bytes) ? first.bytes.toString('utf8') : '';
  const delimiter = delimiters.find((one) => text.includes(one)) ?? ',';
  const names = (cellsOf(text, delimiter) ?? []).map((name) => columns[name.toLowerCase()]);
  if (names.some((name) => name !== undefined && naming.includes(name))) return tableOf(names, delimiter);
  // Accounts have digits and no delimiters; anything else up there was meant to be a header.
  if (names.length === 1 && names[0] === undefined && /\d/.test(text)) return undefined;
  throw new SourceError(
    65,
    'the header of the input names no account: expected a column "account", "iban", "id" or "cardToken"',
  );
}

/** An account, or its pseudonym, on each line. */
export const plainLine = (line: Line): ReadLine => {
  const text = textOf(line);
  return typeof text === 'string' ? { account: text.trim() } : text.code;
};

function tableOf(
  names: readonly (keyof EntryCells | undefined)[],
  delimiter: string,
): (line: Line) => ReadLine {
  const repeated = names.some((name, index) => name !== undefined && names.indexOf(name) !== index);
  if (repeated) throw new SourceError(65, 'a column stands more than once in the header of the input');
  return (line) => {
    const text = textOf(line);
    if (typeof text !== 'string') return text.code;
    const cells = cellsOf(text, delimiter);
    if (cells?.length !== names.length) return 'not_csv';
    const entry: { -readonly [name in keyof EntryCells]: EntryCells[name] } = {};
    for (const [index, name] of names.entries()) {
      const cell = cells[index];
      if (name !== undefined && cell !== undefined && cell !== '') entry[name] = cell;
    }
    return entry;
  };
}

function textOf({ oversized, bytes }: Line): string | { readonly code: RejectionCode } {
  if (oversized !== null) return { code: 'record_too_large' };
  return isUtf8(bytes) ? bytes.toString('utf8') : { code: 'not_utf8' };
}

/** Few lines have a quote, and without one a row is quickly cut. Undefined for what is not CSV. */
function cellsOf(text: string, delimiter: string): readonly string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter).map((cell) => cell.trim());
  try {
    const rows: string[][] = parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true });
    return rows.length === 1 ? rows[0]?.map((cell) => cell.trim()) : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
