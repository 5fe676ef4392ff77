import { hash } from 'node:crypto';
import { hexOf } from './hex-of.ts';

/**
 * A set of accounts and what they are like. `history`: how many transactions
 * each has had when the measuring begins, all of them within the longest span
 * of the window plan; they go on at that pace, so that it stays as many.
 * `active`: how many of the accounts the measured transactions belong to.
 */
export type Population = {
  readonly name: string;
  /** Different for each, so that no account is in two of them. */
  readonly id: number;
  readonly accounts: number;
  readonly active: number;
  readonly history: number;
  readonly partitions: number;
  readonly places: AccountPlaces;
};

/** What the log knows the accounts of a population by. */
export type AccountPlaces = {
  readonly partitionOf: (index: number) => number;
  readonly pseudonymOf: (index: number) => string;
};

/** When the measured transactions of every population begin; their history lies before. */
export const beginMs = Date.UTC(2024, 0, 1);

/** The time from one transaction of an account to its next: somewhat denser than the longest span would need it. */
export const spacingMs = ({ history }: Pick<Population, 'history'>): number =>
  (0.8 * 30 * 86_400_000) / Math.max(1, history);

/** The other side of a transaction. */
export type Party = {
  readonly name: string;
  readonly iban: string;
  readonly pseudonym: string;
  /** As the window record has it: the first six bytes of the pseudonym's HMAC. */
  readonly packed: string;
};

const parties = 2_000;
/** How many parties an account pays in turn. */
const partiesPerAccount = 20;

/** A made-up pseudonym; the same text always gives the same one. */
export const pseudonymFor = (letter: 'a' | 'c' | 't', text: string): string =>
  `${letter}1_${hash('sha256', `${letter} ${text}`, 'buffer').toString('base64url').slice(0, 22)}`;

/** The first bytes of a pseudonym's HMAC as hex, as a window record keeps them. */
const packedPseudonym = (pseudonym: string, bytes: number): string =>
  Buffer.from(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url').toString('hex', 0, bytes);

/**
 * A Dutch IBAN of a bank that does not exist. The check digits are 98 minus the
 * number's remainder by 97, letters counted from A = 10 (ISO 13616, ISO 7064).
 */
function ibanOf(number: number): string {
  const digits = String(number).padStart(10, '0');
  const check = 98n - (BigInt(`32141827${digits}232100`) % 97n);
  return `NL${String(check).padStart(2, '0')}WEIR${digits}`;
}

const accountsPerPopulation = 10_000_000;

export const accountIban = ({ id }: Pick<Population, 'id'>, index: number): string =>
  ibanOf(id * accountsPerPopulation + index);

/**
 * Places that are made up. Ingest would choose them by keyed hashes; here each
 * partition gets the same number of accounts, however few there are.
 */
export const madePlaces = (id: number, partitions: number): AccountPlaces => ({
  partitionOf: (index) => index % partitions,
  pseudonymOf: (index) => pseudonymFor('a', String(id * accountsPerPopulation + index)),
});

const madeParties = Array.from({ length: parties }, (_, index): Party => {
  const pseudonym = pseudonymFor('c', `party ${index}`);
  return {
    name: `Bakery and Sons ${hexOf(7, index)}`,
    iban: ibanOf(9_000_000_000 + index),
    pseudonym,
    packed: packedPseudonym(pseudonym, 6),
  };
});

/** Whom an account pays in its n-th transaction. */
export function partyOf(accountIndex: number, n: number): Party {
  const found = madeParties[(accountIndex * 131 + (n % partiesPerAccount) * 17) % parties];
  if (found === undefined) throw new Error('there is no such party');
  return found;
}

/** An everyday amount in minor units: 20.00 to 50.00, by account and n. */
export const usualAmountMinor = (accountIndex: number, n: number): number =>
  2_000 + (Number.parseInt(hexOf(accountIndex, n).slice(0, 4), 16) % 3_000);
