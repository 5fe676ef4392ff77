import { z } from 'zod';
import { roundDecimal } from './round-decimal.ts';

/** The fields of an offered transaction that a column can fill, as paths. */
const fieldPaths = [
  'transactionId',
  'account.iban',
  'account.card.token',
  'account.card.lastFour',
  'account.other.id',
  'account.other.scheme',
  'creditDebitIndicator',
  'amount',
  'currency',
  'eventTime',
  'bookingDate',
  'channel',
  'country',
  'endToEndId',
  'remittanceInformation',
  'counterparty.name',
  'counterparty.account.iban',
  'counterparty.account.card.token',
  'counterparty.account.card.lastFour',
  'counterparty.account.other.id',
  'counterparty.account.other.scheme',
] as const;

const requiredPaths = ['transactionId', 'creditDebitIndicator', 'amount', 'currency', 'eventTime'] as const;

const columnName = z.string().min(1).max(200);

const fieldSource = z.union([
  z.strictObject({
    column: columnName,
    /** Decimals to round a number to, for files whose amounts went through binary floating point. */
    roundToDecimals: z.int().min(0).max(9).optional(),
  }),
  z.strictObject({
    template: z
      .string()
      .regex(/^[^{}]*(?:\{[^{}]+\}[^{}]*)+$/, { error: 'expected text with at least one {column}' }),
  }),
  z.strictObject({ constant: z.string().min(1) }),
]);

export type FieldSource = z.infer<typeof fieldSource>;

/** How the columns of a CSV file become the fields of an offered transaction. A column no field names is never read. */
export const csvMapping = z
  .strictObject({
    delimiter: z
      .string()
      .regex(/^[\t -!#-~]$/, { error: 'expected one character of ASCII other than a quote' })
      .default(','),
    fields: z.partialRecord(z.enum(fieldPaths), fieldSource),
  })
  .refine((mapping) => requiredPaths.every((path) => mapping.fields[path] !== undefined), {
    error: `expected fields for ${requiredPaths.join(', ')}`,
  })
  .refine((mapping) => Object.keys(mapping.fields).some((path) => path.startsWith('account.')), {
    error: 'expected a field for the account',
  });

export type CsvMapping = z.infer<typeof csvMapping>;

export type RowReader = (row: readonly string[]) => unknown;

export type BoundMapping =
  | { readonly ok: true; readonly readRow: RowReader }
  | { readonly ok: false; readonly column: string; readonly problem: 'missing' | 'repeated' };

/**
 * Finds the mapping's columns in the header of a file. The reader it gives turns
 * a row into the JSON value of an offered transaction: an empty cell leaves its
 * field out, and no other column is looked at.
 */
export function bindMapping(
  mapping: { readonly fields: Readonly<Record<string, FieldSource>> },
  header: readonly string[],
): BoundMapping {
  const fields = Object.entries(mapping.fields).map(([path, source]) => ({ path: path.split('.'), source }));
  for (const column of fields.flatMap(({ source }) => columnsOf(source))) {
    const found = header.filter((name) => name === column).length;
    if (found !== 1) return { ok: false, column, problem: found === 0 ? 'missing' : 'repeated' };
  }
  const bound = fields.map(({ path, source }) => ({ path, readCell: bindSource(source, header) }));
  return {
    ok: true,
    readRow(row) {
      const value: Tree = {};
      for (const { path, readCell } of bound) {
        const cell = readCell(row);
        if (cell !== undefined) setPath(value, path, cell);
      }
      return value;
    },
  };
}

const placeholder = /\{([^{}]+)\}/g;

function columnsOf(source: FieldSource): string[] {
  if ('column' in source) return [source.column];
  if ('template' in source)
    return [...source.template.matchAll(placeholder)].map(([, column = '']) => column);
  return [];
}

function bindSource(
  source: FieldSource,
  header: readonly string[],
): (row: readonly string[]) => string | undefined {
  if ('constant' in source) return () => source.constant;
  const cellOf = (column: string) => {
    const index = header.indexOf(column);
    return (row: readonly string[]): string | undefined => row[index] || undefined;
  };
  if ('column' in source) {
    const readCell = cellOf(source.column);
    const decimals = source.roundToDecimals;
    if (decimals === undefined) return readCell;
    return (row) => {
      const cell = readCell(row);
      return cell === undefined ? undefined : roundDecimal(cell, decimals);
    };
  }
  const literals = source.template.split(/\{[^{}]+\}/);
  const cells = columnsOf(source).map(cellOf);
  return (row) => {
    const values = cells.map((readCell) => readCell(row));
    if (values.includes(undefined)) return undefined;
    return literals.map((literal, index) => literal + (values[index] ?? '')).join('');
  };
}

type Tree = { [name: string]: Tree | string };

function setPath(tree: Tree, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  const branch = tree[name];
  const inner: Tree = typeof branch === 'object' ? branch : {};
  tree[name] = inner;
  setPath(inner, rest, value);
}
