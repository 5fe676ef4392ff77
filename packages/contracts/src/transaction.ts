import { z } from 'zod';
import { account, counterparty, offeredCounterparty } from './account.ts';
import { currencyOf } from './currency.ts';
import { freeText, identifier, instant, partitionNumber, refusedAs, slug } from './fields.ts';
import { maxAmountMinor } from './money.ts';
import { isCalendarDay } from './timestamp.ts';

/** CRDT: money came to the account. DBIT: money left it (ISO 20022 CreditDebitCode). */
export const creditDebitIndicator = z.enum(['CRDT', 'DBIT']);
export type CreditDebitIndicator = z.infer<typeof creditDebitIndicator>;

/** How the transaction was made. The order is part of the stored record format: only ever append. */
export const channels = [
  'other',
  'card_present',
  'card_not_present',
  'atm',
  'branch',
  'online_banking',
  'mobile_banking',
  'api',
] as const;

export const channel = z.enum(channels);

const calendarDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => {
    const [year, month, day] = text.split('-').map(Number) as [number, number, number];
    return isCalendarDay(year, month, day);
  }, refusedAs('date_impossible'));

const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine((code) => currencyOf(code) !== undefined, refusedAs('currency_unknown'))
  .describe('ISO 4217 alphabetic code');

const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .describe('ISO 3166-1 alpha-2 code');

/** What both the offered and the accepted transaction say in the same words. */
const common = {
  transactionId: identifier(64).describe('Unique per tenant and account, made by the sender'),
  account: account.describe('The monitored account'),
  creditDebitIndicator,
  currency,
  bookingDate: calendarDay.optional(),
  channel: channel.optional(),
  country: country.optional().describe('Where the transaction took place, ISO 3166-1 alpha-2'),
  endToEndId: identifier(64).optional(),
  remittanceInformation: freeText(140).optional(),
};

/** A transaction as a bank, a file or a person offers it. Amounts are decimal text: numbers lose cents. */
export const offeredTransaction = z
  .strictObject({
    ...common,
    amount: z.string().max(32).describe('Decimal text in the currency\'s major unit, such as "12.34"'),
    eventTime: z.string().max(40).describe('When it happened, RFC 3339 with an offset'),
    counterparty: offeredCounterparty.optional(),
  })
  .describe('A transaction as it is offered to ingest');

export type OfferedTransaction = z.infer<typeof offeredTransaction>;

/**
 * An accepted transaction, as it is sealed into the log. Identity is (tenant,
 * account, transactionId); times are UTC with milliseconds; `observedAt` is
 * when ingest saw it: the wall clock for live sources, the source's running
 * maximum of event time for files and the simulator.
 */
export const transaction = z
  .strictObject({
    tenant: slug,
    source: slug.describe('The connection it came in by'),
    partition: partitionNumber.describe('Where in the log ingest put it; a copy anywhere else is refused'),
    ...common,
    amountMinor: z.int().min(1).max(maxAmountMinor),
    eventTime: instant,
    observedAt: instant,
    counterparty: counterparty.optional(),
  })
  .describe('An accepted transaction');

export type Transaction = z.infer<typeof transaction>;
