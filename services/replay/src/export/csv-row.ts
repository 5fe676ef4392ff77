import { formatInstant } from '@weir/contracts';
import type { Account } from '@weir/contracts';
import { transactionIn } from '../copy/transaction-in.ts';
import type { TransactionIn } from '../copy/transaction-in.ts';
import type { OpenedCopy } from './opened-copy.ts';

type Cell = string | number | undefined;

/** The columns of a table, in their order; what a record doesn't have is an empty cell. */
const columns: readonly (readonly [
  name: string,
  (of: OpenedCopy, found: TransactionIn | undefined) => Cell,
])[] = [
  ['topic', ({ record }) => record.topic],
  ['partition', ({ record }) => record.partition],
  ['offset', ({ record }) => record.offset],
  ['at', ({ record }) => formatInstant(record.timestampMs)],
  ['id', ({ opened }) => opened.attributes.id],
  ['type', ({ opened }) => opened.attributes.type],
  ['tenant', ({ opened }) => opened.attributes.tenant],
  ['time', ({ opened }) => opened.attributes.time],
  ['key', ({ record }) => record.key?.toString('utf8')],
  ['source', (_of, found) => found?.content.source],
  ['transactionId', (_of, found) => found?.content.transactionId],
  ['accountKind', (_of, found) => kindOf(found?.content.account)],
  ['account', (_of, found) => textOf(found?.content.account)],
  ['creditDebitIndicator', (_of, found) => found?.content.creditDebitIndicator],
  ['amountMinor', (_of, found) => found?.content.amountMinor],
  ['currency', (_of, found) => found?.content.currency],
  ['eventTime', (_of, found) => found?.content.eventTime],
  ['observedAt', (_of, found) => found?.content.observedAt],
  ['bookingDate', (_of, found) => found?.content.bookingDate],
  ['channel', (_of, found) => found?.content.channel],
  ['country', (_of, found) => found?.content.country],
  ['endToEndId', (_of, found) => found?.content.endToEndId],
  ['remittanceInformation', (_of, found) => found?.content.remittanceInformation],
  ['counterpartyName', (_of, found) => found?.content.counterparty?.name],
  ['counterpartyAccountKind', (_of, found) => kindOf(found?.content.counterparty?.account)],
  ['counterpartyAccount', (_of, found) => textOf(found?.content.counterparty?.account)],
  ['counterpartyPseudonym', (_of, found) => found?.content.counterparty?.pseudonym],
  ['outcome', (_of, found) => found?.verdict?.outcome],
  ['score', (_of, found) => found?.verdict?.score],
  ['reasons', (_of, found) => found?.verdict?.reasons.map(({ rule }) => rule).join(' ')],
  ['ruleset', (_of, found) => found?.verdict?.versions.ruleset],
  ['sourcePartition', (_of, found) => found?.source?.partition],
  ['sourceOffset', (_of, found) => found?.source?.offset],
];

const kindOf = (account: Account | undefined): Cell =>
  account === undefined ? undefined : Object.keys(account)[0];

function textOf(account: Account | undefined): Cell {
  if (account === undefined) return undefined;
  if ('iban' in account) return account.iban;
  return 'card' in account ? account.card.token : account.other.id;
}

/**
 * What a spreadsheet takes for a formula where a cell begins with it: payers choose some of these texts. A cell also
 * begins behind what another locale, or an import by hand, takes for the end of one.
 */
const beginsFormula = /((?:^|[,;\t\r\n|])\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = cell.replaceAll(beginsFormula, "$1'");
  return /[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The names of the columns as the first line of a table, with its line break (RFC 4180). */
export const csvHeader = `${columns.map(([name]) => name).join(',')}\r\n`;

/** A record as one line of a table. What is no transaction, such as a control record, has its place and type alone. */
export function csvRow(of: OpenedCopy): string {
  const found = transactionIn(of.opened);
  return `${columns.map(([, cellOf]) => cellText(cellOf(of, found))).join(',')}\r\n`;
}
