import { BacktestError } from '../backtest-error.ts';
import { accountSources, requireFields, type FieldSource, type Mapping } from './mapping.ts';
import { readers, type CellReader } from './read-fields.ts';
import type { BadRow, Label, RowOutcome } from './row.ts';

/** Turns the cells of one record into a transaction, or says what is wrong with it. */
export type RowReader = (cells: readonly string[], line: number) => RowOutcome;

/** A cell, or undefined where it is empty. */
type Cell = (cells: readonly string[]) => string | undefined;

/** So long the text of an id may be: beyond what any system uses, and short enough for memory. */
export const maxIdLength = 200;

/**
 * Finds the columns of a mapping in the header of a file. Throws BacktestError
 * (78) for a field without a column and (65) for a column that the header lacks
 * or has twice.
 */
export function bindMapping(mapping: Mapping, header: readonly string[]): RowReader {
  requireFields(mapping);
  const { fields } = mapping;
  const cellOf = (field: string, source: FieldSource): Cell => bindSource(field, source, header);
  const optional = <Value>(
    field: 'creditDebitIndicator' | 'currency' | 'channel' | 'country',
    read: CellReader<Value>,
    absent: Value,
  ): ((cells: readonly string[]) => Value | undefined) => {
    const source = fields[field];
    if (source === undefined) return () => absent;
    const cell = cellOf(field, source);
    return (cells) => {
      const text = cell(cells);
      return text === undefined ? absent : read(text);
    };
  };

  const { transactionId: idSource } = fields;
  // A file without ids still has lines: one names its row as well, but can't repeat an earlier one.
  const transactionId =
    idSource === undefined
      ? (_cells: readonly string[], line: number) => String(line)
      : cellOf('transactionId', idSource);
  const account = joined(accountSources(fields, 'account').map((source) => cellOf('account', source)));
  const counterparty = joined(
    accountSources(fields, 'counterparty').map((source) => cellOf('counterparty', source)),
  );
  const amountSource = required(fields.amount);
  const amount = cellOf('amount', amountSource);
  const readAmount = readers.amount('column' in amountSource ? amountSource : {});
  const timeSource = required(fields.eventTime);
  const time = cellOf('eventTime', timeSource);
  const readTime = readers.time('column' in timeSource ? timeSource : {});
  const currencyOf = optional('currency', readers.currency, readers.currency('EUR'));
  const indicatorOf = optional('creditDebitIndicator', readers.creditDebitIndicator, 'DBIT');
  const channelOf = optional('channel', readers.channel, 0);
  const countryOf = optional('country', readers.country, '');
  const labelOf = bindLabel(mapping, header);

  return (cells, line) => {
    const id = transactionId(cells, line);
    const bad = (field: string, code: BadRow['code']): RowOutcome => ({
      ok: false,
      bad: { line, transactionId: id?.slice(0, maxIdLength) ?? '', field, code },
    });
    if (cells.length !== header.length) return bad('', 'not_csv');
    if (id === undefined) return bad('transactionId', 'field_missing');
    if (id.length > maxIdLength) return bad('transactionId', 'field_too_long');
    const owner = account(cells);
    if (owner === undefined) return bad('account', 'field_missing');
    if (owner.length > maxIdLength) return bad('account', 'field_too_long');
    const other = counterparty(cells) ?? '';
    if (other.length > maxIdLength) return bad('counterparty', 'field_too_long');
    const currency = currencyOf(cells);
    if (currency === undefined) return bad('currency', 'currency_unknown');
    const amountText = amount(cells);
    if (amountText === undefined) return bad('amount', 'field_missing');
    const money = readAmount(amountText, currency.code);
    if (!money.ok) return bad('amount', money.code);
    const timeText = time(cells);
    if (timeText === undefined) return bad('eventTime', 'field_missing');
    const when = readTime(timeText);
    if (!when.ok) return bad('eventTime', when.code);
    const creditDebitIndicator = indicatorOf(cells);
    if (creditDebitIndicator === undefined) return bad('creditDebitIndicator', 'field_format');
    const channel = channelOf(cells);
    if (channel === undefined) return bad('channel', 'field_format');
    const country = countryOf(cells);
    if (country === undefined) return bad('country', 'field_format');
    const label = labelOf(cells);
    if (label === undefined) return bad('label', 'field_format');
    return {
      ok: true,
      row: {
        line,
        transactionId: id,
        account: owner,
        counterparty: other,
        amountMinor: money.amountMinor,
        currency: currency.code,
        currencyNumber: currency.numericCode,
        eventTimeMs: when.epochMs,
        creditDebitIndicator,
        channel,
        country,
        label,
      },
    };
  };
}

/** bindMapping has checked that it is there. */
function required(source: FieldSource | undefined): FieldSource {
  if (source === undefined) throw new TypeError('a mapping without a field it must have');
  return source;
}

const placeholder = /\{([^{}]+)\}/g;

function bindSource(field: string, source: FieldSource, header: readonly string[]): Cell {
  if ('constant' in source) return () => source.constant;
  if ('column' in source) return bindColumn(field, source.column, header);
  const literals = source.template.split(/\{[^{}]+\}/);
  const cells = [...source.template.matchAll(placeholder)].map(([, column = '']) =>
    bindColumn(field, column, header),
  );
  return (row) => {
    let text = literals[0] ?? '';
    for (const [index, cell] of cells.entries()) {
      const value = cell(row);
      if (value === undefined) return undefined;
      text += value + (literals[index + 1] ?? '');
    }
    return text;
  };
}

function bindColumn(field: string, column: string, header: readonly string[]): Cell {
  const index = header.indexOf(column);
  if (index === -1) {
    throw new BacktestError(65, `${field}: the file has no column "${column}"`);
  }
  if (header.lastIndexOf(column) !== index) {
    throw new BacktestError(65, `${field}: the file has more than one column "${column}"`);
  }
  return (cells) => cells[index] || undefined;
}

/** What identifies an account, from several cells: those that are empty are left out, and all empty is none. */
function joined(cells: readonly Cell[]): Cell {
  const [only] = cells;
  if (only === undefined) return () => undefined;
  if (cells.length === 1) return only;
  return (row) => {
    const parts = cells.map((cell) => cell(row));
    // A separator that no part is likely to hold keeps "1"+"23" apart from "12"+"3"; a missing part keeps its place.
    return parts.every((part) => part === undefined)
      ? undefined
      : parts.map((part) => part ?? '').join('\u001f');
  };
}

function bindLabel(
  { label }: Mapping,
  header: readonly string[],
): (cells: readonly string[]) => Label | undefined {
  if (label === undefined) return () => 'unknown';
  const cell = bindColumn('label', label.column, header);
  const fraud = new Set(label.fraud);
  const genuine = label.genuine === undefined ? undefined : new Set(label.genuine);
  return (cells) => {
    const text = cell(cells);
    if (text === undefined) return 'unknown';
    if (fraud.has(text)) return 'fraud';
    return genuine === undefined || genuine.has(text) ? 'genuine' : undefined;
  };
}
