import { z } from 'zod';
import { freeText, identifier, pseudonym, refusedAs } from './fields.ts';
import { electronicIban, isIban } from './iban.ts';

const iban = z
  .string()
  .max(42)
  .refine((text) => isIban(electronicIban(text)), refusedAs('iban_invalid'));

const cardToken = z.strictObject({
  token: identifier(64).describe('The token that stands for the card; never the card number'),
  lastFour: z.string().regex(/^[0-9]{4}$/),
});

const otherAccount = z.strictObject({
  id: identifier(64),
  scheme: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,35}$/)
    .optional()
    .describe('Who issues the id, as ISO 20022 SchmeNm'),
});

/** An account, identified in exactly one of three ways (ISO 20022 AccountIdentification4Choice, and card tokens). */
export const account = z
  .union([
    z.strictObject({ iban }),
    z.strictObject({ card: cardToken }),
    z.strictObject({ other: otherAccount }),
  ])
  .describe('Exactly one of iban, card (token and last four digits) and other');

export type Account = z.infer<typeof account>;

/**
 * The other side of a transaction: the creditor of a debit, the debtor of a
 * credit. `pseudonym` stands for its account and is put there by ingest, the
 * only worker that holds the index key.
 */
export const offeredCounterparty = z
  .strictObject({ name: freeText(140).optional(), account: account.optional() })
  .describe('The creditor of a debit, the debtor of a credit');

export const counterparty = offeredCounterparty.extend({ pseudonym: pseudonym.optional() });

/** The account with its IBAN in electronic format: upper case, no spaces. */
export function normaliseAccount(value: Account): Account {
  if ('iban' in value) return { iban: electronicIban(value.iban) };
  return value;
}

/**
 * The one text an account is known by when pseudonyms and partitions are made
 * from it. Different accounts never share it: the kinds have different
 * prefixes, and a scheme has no colon in it.
 */
export function canonicalAccount(value: Account): string {
  if ('iban' in value) return `iban:${electronicIban(value.iban)}`;
  if ('card' in value) return `card:${value.card.token}`;
  return `other:${value.other.scheme ?? ''}:${value.other.id}`;
}

/**
 * The account as a person outside the bank may see it: "NL•• •••• 4300" for an
 * IBAN, "card •••• 1234", or the last four characters of another id when it is
 * long enough that they don't give it away.
 */
export function maskAccount(value: Account): string {
  if ('iban' in value) return `${value.iban.slice(0, 2)}•• •••• ${value.iban.replaceAll(' ', '').slice(-4)}`;
  if ('card' in value) return `card •••• ${value.card.lastFour}`;
  return value.other.id.length >= 8 ? `•••• ${value.other.id.slice(-4)}` : '••••';
}
